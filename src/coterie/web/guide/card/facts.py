"""What is known of a customer, each with what it rests on: three facts, her last visit, a case.

Of somebody for whom nothing shall be chosen only what passed between her and the shop is told.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from coterie.core.clock import read_moment
from coterie.events.model import Logged
from coterie.orders.model import COMPLETED
from coterie.storage.work import Work
from coterie.web.guide.card.model import Fact
from coterie.web.ports import Served
from coterie.web.speech import Speech

MOST = 3
_VISITS = frozenset({
    "Store Visited", "Activity Attended", "Tasting Attended", "coterie.activity.attended",
})  # fmt: skip
COMPLAINED, SETTLED = "Complaint Opened", "Complaint Closed"
"""Events by which a help desk tells of a case: one is open until it was closed as often."""


def three(
    work: Work, house: Served, speech: Speech, profile: int, *, personal: bool
) -> tuple[Fact, ...]:
    """Return the three facts that a guide should know first."""
    found = list(_bought(work, house, speech, profile))
    if personal:
        found = [
            *_likes(work, house, speech, profile),
            *found,
            *_rhythm(work, house, speech, profile),
        ]
        found += _gathers(work, house, speech, profile)
    return tuple([*found, *_came(work, house, speech, profile)][:MOST])


def last_visit(
    timeline: Sequence[Logged], stores: dict[str, str], speech: Speech
) -> Fact | None:  # fmt: skip
    """Return when she was last at a store or at an activity, and by what that is known."""
    for event in reversed(timeline):
        there = event.store in stores and event.name not in ("Contact Added", "Link Clicked")
        if event.name in _VISITS or there:
            where = stores.get(event.store or "", "")
            what = speech.word("event", event.name)
            return Fact(speech.day(event.time), f"{what} · {where}" if where else what, "map-pin")
    return None


def complaint(timeline: Sequence[Logged]) -> int | None:
    """Return since when a case of hers is open; None: none is.

    Cases are told apart by their property ``case``.
    """
    cases: dict[str, int] = {}
    for event in timeline:
        name = str(event.properties.get("case", ""))
        if event.name == COMPLAINED:
            cases.setdefault(name, event.time)
        elif event.name == SETTLED:
            cases.pop(name, None)
    return min(cases.values(), default=None)


def _likes(work: Work, house: Served, speech: Speech, profile: int) -> Iterator[Fact]:
    interests = [one for one in house.scores.interests(work, profile) if one.believed]
    if not interests:
        return
    best = interests[0]
    topic = house.catalog.topic(work, best.topic)
    title = speech.title({"en": topic.title_en, "zh": topic.title_zh}) or best.topic
    items = house.catalog.items(work, {best.evidence[0].item}) if best.evidence else []
    last = f" · {items[0].title or items[0].key}" if items else ""
    evidence = speech.ngettext("%(n)s time lately", "%(n)s times lately", best.recent)
    yield Fact(speech.gettext("Likes %(topic)s", topic=title), evidence + last, "heart")


def _bought(work: Work, house: Served, speech: Speech, profile: int) -> Iterator[Fact]:
    orders, last = _published(work, house, profile, "value.orders", "value.last_order")
    moment = read_moment(last, speech.zone)
    if not isinstance(orders, int | float) or orders < 1 or moment is None:
        return
    bought = [
        event for event in house.log.timelines(work, [profile])[profile]
        if event.name == COMPLETED and event.items
    ]  # fmt: skip
    items = house.catalog.items(work, bought[-1].items[:1]) if bought else []
    what = f" · {items[0].title or items[0].key}" if items else ""
    yield Fact(
        speech.ngettext("Bought %(n)s time", "Bought %(n)s times", int(orders)),
        speech.gettext("last on %(day)s", day=speech.day(moment)) + what,
        "package",
    )


def _rhythm(work: Work, house: Served, speech: Speech, profile: int) -> Iterator[Fact]:
    gap, orders = _published(work, house, profile, "rhythm.gap_days", "value.orders")
    if isinstance(gap, int | float) and isinstance(orders, int | float) and orders > 1:
        yield Fact(
            speech.ngettext("Buys about every day", "Buys about every %(n)s days", round(gap)),
            speech.ngettext("by %(n)s order", "by %(n)s orders", int(orders)),
            "timer",
        )


def _published(work: Work, house: Served, profile: int, *names: str) -> list[Any]:
    known = house.profiles.known(work, [profile], fading=names).get(profile)
    return [None if known is None else known.traits.get(name) for name in names]


def _gathers(work: Work, house: Served, speech: Speech, profile: int) -> Iterator[Fact]:
    titles = {one.slug: speech.title(one.titles) for one in house.communities.communities(work)}
    for part in house.communities.of_person(work, profile):
        if part.left is None and part.community in titles:
            yield Fact(
                speech.gettext("Is in %(group)s", group=titles[part.community]),
                speech.gettext("since %(day)s", day=speech.day(part.joined)),
                "users",
            )


def _came(work: Work, house: Served, speech: Speech, profile: int) -> Iterator[Fact]:
    added = [
        event for event in house.log.timelines(work, [profile])[profile]
        if event.name == "Contact Added"
    ]  # fmt: skip
    if not added:
        return
    states = {str(one.properties.get("state", "")) for one in added} - {""}
    known = house.scanning.channel.all_of(work, states) if states else []
    evidence = known[0].title if known else speech.gettext("without a code of ours")
    yield Fact(
        speech.gettext("Came to us on %(day)s", day=speech.day(added[0].time)), evidence, "qr-code"
    )
