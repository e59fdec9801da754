"""Events as they come: the live tail, one event opened, counts, and the week by day and hour."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import is_own
from coterie.events.model import Logged, Sought
from coterie.storage.work import Work
from coterie.web.charts import HeatMap
from coterie.web.console.events.payload import MASK, lines, masked
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech
from coterie.web.stream import live

router = APIRouter()

SHOWN = 25
"""Events on a page of the tail."""
DAYS = 28
_LONGEST = 255
_LAST = 2**53

WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"),
    N_("Sunday"),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """The filter of the tail as the address has it; ``person`` as it was typed."""

    name: str = ""
    source: str = ""
    person: str = ""
    own: bool = False

    def query(self, **more: Any) -> str:
        """Write it as an address's query."""
        values: dict[str, Any] = {
            "name": self.name,
            "source": self.source,
            "person": self.person,
            "own": "1" if self.own else "",
            **more,
        }
        return urlencode({name: value for name, value in values.items() if value})


def asked_of(name: str, source: str, person: str, own: str) -> Asked:
    """Read the filter; raises Invalid for what can be no filter."""
    for field, value in (("name", name), ("source", source), ("person", person)):
        if len(value) > _LONGEST:
            raise Invalid("that is too long to look for", path=field, hint="at most 255 letters")
    return Asked(name.strip(), source.strip(), person.strip(), bool(own))


@router.get("/events")
def tail(
    request: Request,
    here: Here,
    account: Operator,
    name: str = "",
    source: str = "",
    person: str = "",
    own: str = "",
    before: int = 0,
    pause: str = "",
) -> Response:
    """Show the newest events, and what happened in the last four weeks."""
    if not 0 <= before <= _LAST:
        raise Invalid("there is no such page", path="before")
    asked = asked_of(name, source, person, own)
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rows, more = _rows(here, work, asked, before)
        counts = _behaviours(house.log.counts(work))
        sources = {of for of, _ in house.analytics.behaviours(work)}
        today = house.analytics.today(work.now)
        days = house.analytics.days(work, today, DAYS)
        names = {one: sum(days.of(one)) for one in days.names()}
        grid = house.analytics.heat(work, today, DAYS)
        keys = house.keys.all(work)
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/events/tail.html",
        account=account,
        rows=rows,
        asked=asked,
        live=not (before or pause),
        stream=f"/events/live?{asked.query()}",
        paused_at=f"/events?{asked.query(pause='1')}",
        going=f"/events?{asked.query()}",
        older=f"/events?{asked.query(before=rows[-1]['seq'])}" if more else None,
        newer=f"/events?{asked.query()}" if before else None,
        names=_all_names(counts),
        sources=sorted(sources),
        counted=list(names.items())[:12],
        heat=_heat(speech, grid),
        busy=sum(map(sum, grid)),
        days=DAYS,
        refused=house.inbox.count_refused(),
        has_key=any(key.disabled is None for key in keys),
        address=here.outside(request),
        is_first=not counts,
    )


@router.get("/events/live")
def stream(
    request: Request,
    here: Here,
    account: Operator,
    name: str = "",
    source: str = "",
    person: str = "",
    own: str = "",
) -> Response:
    """Send the newest events whenever the log has taken something in."""
    asked = asked_of(name, source, person, own)
    seen: dict[str, Any] = {}

    def look() -> str | None:
        house = here.house
        with house.db.read(actor_of(account), house.clock.now()) as work:
            mark = house.log.watermark(work)
            if seen.get("mark") == mark:
                return None
            seen["mark"] = mark
            rows, _ = _rows(here, work, asked, 0)
        return _fragment(request, here, account, rows)

    return live(request, look)


def _fragment(request: Request, here: Parts, account: Account, rows: list[dict[str, Any]]) -> str:
    return here.pages.fragment(request, "console/events/rows.html", account=account, rows=rows)


@router.get("/events/{seq:int}")
def one(request: Request, here: Here, account: Operator, seq: int) -> Response:
    """Show one event with its payload; what identifies is masked."""
    if not 0 < seq <= _LAST:
        raise NotFound(f"there is no event {seq}")
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        event = house.log.one(work, seq)
        people = _people(here, work, [event])
        asides = [one for one in house.profiles.moved(work, event.profile)
                  if one.time == event.time]  # fmt: skip
        items = {key: house.catalog.item(work, key) for key in event.items}
    payload = masked(event.properties, [one.path for one in asides])
    return here.pages.render(
        request,
        "console/events/one.html",
        account=account,
        event=event,
        person=people.get(event.profile),
        items=[(key, item.title if item and item.title else key) for key, item in items.items()],
        lines=lines(msgspec.json.encode(payload)),
        is_sealed=bool(asides),
        mask=MASK,
        amount=None if event.amount is None else event.amount / 10_000,
    )


def _rows(here: Parts, work: Work, asked: Asked, before: int) -> tuple[list[dict[str, Any]], bool]:
    """Return the events of a page as templates show them, and whether there are older ones."""
    sought = _sought(here, work, asked)
    if sought is None:
        return [], False
    found = here.house.log.newest(work, sought, SHOWN + 1, before=before or None)
    people = _people(here, work, found)
    rows = [_row(event, people.get(event.profile)) for event in found[:SHOWN]]
    return rows, len(found) > SHOWN


def _sought(here: Parts, work: Work, asked: Asked) -> Sought | None:
    """Turn the filter into what the log is asked for; None when nobody is called so."""
    profile = None
    if asked.person:
        profile = _profile(here, work, asked.person)
        if profile is None:
            return None
    return Sought(asked.name or None, asked.source or None, profile, own=asked.own)


def _profile(here: Parts, work: Work, person: str) -> int | None:
    profiles = here.house.profiles
    found = profiles.by_uid(work, person)
    if found is not None:
        return found
    hits = profiles.directory.search(work, person, limit=1)
    return hits[0].profile if hits else None


def _people(here: Parts, work: Work, events: list[Logged]) -> dict[int, dict[str, str]]:
    """Return who did these events: a name for the page, and the outside id to link to."""
    profiles = here.house.profiles
    asked = {event.profile for event in events}
    names = profiles.user_ids(work, asked)
    return {
        profile: {"uid": uid, "name": names.get(profile, "")}
        for profile, uid in profiles.uid(work, asked).items()
    }


def _row(event: Logged, person: dict[str, str] | None) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "time": event.time,
        "name": event.name,
        "source": event.source,
        "person": person,
        "items": event.items,
        "said": _brief(event),
    }


def _brief(event: Logged) -> str:
    """Return the first few plain properties of an event, for a line of the tail."""
    plain = [
        f"{name}: {value}"
        for name, value in event.properties.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    ]
    return " · ".join(plain[:3])[:120]


def _behaviours(counts: dict[str, int]) -> dict[str, int]:
    """Leave out what the house itself did."""
    return {name: count for name, count in counts.items() if not is_own(name)}


def _all_names(counts: dict[str, int]) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))[:200]


def _heat(speech: Speech, grid: list[list[int]]) -> HeatMap:
    busiest = max(
        ((count, day, hour) for day, row in enumerate(grid) for hour, count in enumerate(row)),
        default=(0, 0, 0),
    )
    _, day, hour = busiest
    return HeatMap(
        "events-by-hour",
        speech.gettext(
            "Most happens on %(day)s at %(hour)s o'clock",
            day=speech.gettext(WEEKDAYS[day]),
            hour=hour,
        ),
        [str(number) for number in range(24)],
        [speech.gettext(name) for name in WEEKDAYS],
        grid,
    )
