"""What the page of a store tells of visits: by what they were known, the loop, where was bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coterie.core.clock import DAY, local_date
from coterie.core.clock import zone as zone_named
from coterie.guides.organisation.model import Store
from coterie.guides.visits.model import HOWS, How, Loops
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.parts import Parts
from coterie.web.speech import N_, Speech

SPAN_DAYS = 30
KNOWN_BY: dict[How, str] = {
    "checkin": N_("Checked in at the store"),
    "redemption": N_("Redeemed a coupon"),
    "pos": N_("Bought at the till"),
}


@dataclass(frozen=True)
class Bought:
    """Where the orders that a store is credited for were bought: their number and amount."""

    here: tuple[int, int] = (0, 0)
    elsewhere: tuple[int, int] = (0, 0)
    online: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Visited:
    """Visits of a store in the last days, the loops that began there, and where was bought."""

    visits: int
    people: int
    ways: Sequence[tuple[str, int]]
    loops: Loops
    bought: Bought
    chart: Chart | None

    @property
    def days(self) -> int:
        """How many days half of the closed loops took at most, begun days counted."""
        return -(-(self.loops.median or 0) // DAY)


def visited(here: Parts, speech: Speech, work: Work, store: Store) -> Visited:
    """Gather what happened at a store in the last days of its own zone."""
    house, now = here.house, work.now
    zone = zone_named(store.zone) if store.zone else here.pages.zone
    last = local_date(now, zone)
    first, after = last - timedelta(days=SPAN_DAYS - 1), last + timedelta(days=1)
    span = (first.isoformat(), after.isoformat())
    counts = house.growing.visits.counts(work, *span, store.id)
    by_way = {one.how: one.visits for one in counts}
    since = now - SPAN_DAYS * DAY
    return Visited(
        visits=sum(by_way.values()),
        people=house.growing.visits.people(work, *span, store.id),
        ways=[(speech.gettext(KNOWN_BY[how]), by_way.get(how, 0)) for how in HOWS],
        loops=house.growing.visits.loops(work, since, now + 1, store.id),
        bought=_bought(here, work, store.id, since),
        chart=_chart(speech, house.growing.visits.days(work, *span, store.id), first),
    )


def _bought(here: Parts, work: Work, store: str, since: int) -> Bought:
    kinds = {one.id: one.kind for one in here.house.guides.organisation.all_stores(work)}
    sums = {"here": (0, 0), "elsewhere": (0, 0), "online": (0, 0)}
    for place, orders, amount in here.house.guides.credit.places(work, store, since, work.now + 1):
        offline = kinds.get(place or "") == "offline"
        where = "here" if place == store and offline else "elsewhere" if offline else "online"
        sums[where] = (sums[where][0] + orders, sums[where][1] + amount)
    return Bought(**sums)


def _chart(speech: Speech, days: Mapping[str, int], first: date) -> Chart | None:
    """Draw the visits day by day, under a title that says on which day most came."""
    if not days:
        return None
    dates = [first + timedelta(days=number) for number in range(SPAN_DAYS)]
    values = [days.get(one.isoformat(), 0) for one in dates]
    most = max(values)
    said = speech.gettext(
        "Most came on %(day)s: %(n)s visits", day=speech.day(dates[values.index(most)]),
        n=speech.number(most),
    )  # fmt: skip
    series = Series(speech.gettext("Visits"), values)
    return Chart("visits", said, "bar", [one.isoformat()[5:] for one in dates], [series])
