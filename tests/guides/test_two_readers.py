"""The ledger, fed out of order and batch by batch, against a plain reading of the whole log."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from conftest import NOW
from coterie.catalog.service import Catalog
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.event import Event
from coterie.guides.binding import store as bindings_store
from coterie.guides.binding.model import Rules
from coterie.guides.binding.service import Bindings
from coterie.guides.credit.service import Credits
from coterie.guides.organisation.model import Guide, Region, Store
from coterie.guides.organisation.service import Organisation
from coterie.storage.database import Database
from coterie.storage.work import Work
from guides.reader import Her, World, read, shares

GUIDES = [f"g{n}" for n in range(12)]
STORES = ["bund", "xuhui", "pudong"]
CODES = {f"c{n}": STORES[n % 3] for n in range(5)}
HOME = {guide: STORES[n % 3] for n, guide in enumerate(GUIDES)}
LONG = 240 * DAY
FLAWS = (700, 9_999, 1)


@dataclass(frozen=True)
class Source:
    store: str | None


class Codes:
    """Channel codes of three stores."""

    def resolve(self, _work: Work, states: Any) -> dict[str, Source]:
        return {one: Source(CODES[one]) for one in states if one in CODES}


@dataclass
class Rooms:
    organisation: Organisation
    bindings: Bindings
    credit: Credits


def rooms() -> Rooms:
    organisation = Organisation(Catalog())
    bindings = Bindings(organisation, Codes())
    organisation.ended = bindings.ended
    return Rooms(organisation, bindings, Credits(bindings, organisation))


def furnish(database: Database, house: Rooms) -> None:
    with database.begin(COMMAND, NOW - 10 * DAY) as work:
        house.organisation.save_region(work, Region("east", "East"))
        for name in STORES:
            house.organisation.save_store(work, Store(name, name, region="east"))
        for guide in GUIDES:
            house.organisation.save_guide(
                work, Guide(guide, guide, userid=guide, stores=(HOME[guide],))
            )
        house.bindings.set_rules(
            work, Rules(served=7_000, books_days=3_650)
        )  # fmt: skip


def story(draw: Random, number: int, people: int) -> list[Event]:
    """Make things happen: touches, orders and refunds, some in the very same second."""
    events: list[Event] = []
    orders: list[Event] = []
    at = NOW
    for n in range(number):
        at += draw.choice((0, 0, 400, MINUTE, LONG * 2 // number))
        who = draw.randrange(1, people + 1)
        kind = draw.choices(
            ("added", "code", "visited", "chat", "deleted", "link", "order", "refund"),
            (10, 22, 8, 14, 3, 8, 25, 10),
        )[0]
        guide = draw.choice(GUIDES)
        if kind == "refund" and not orders:
            kind = "order"
        said, name, amount = _of(draw, kind, guide, n)
        if kind == "refund":
            order = draw.choice(orders[-40:])
            said = {"shop": "pos", "order_id": order.properties["order_id"]}
            who = order.profile
            amount = min(order.amount or 0, draw.randrange(1, 40_000) * 100)
        made = Event(
            id=f"{draw.getrandbits(64):016x}", type="track", name=name, time=at, received=at,
            source="till", profile=who, amount=amount, properties=said,
        )  # fmt: skip
        if kind == "order":
            orders.append(made)
        events.append(made)
    return events


def _of(draw: Random, kind: str, guide: str, n: int) -> tuple[dict[str, Any], str, int | None]:
    match kind:
        case "added":
            return {"guide": guide}, "Contact Added", None
        case "code":
            return {"guide": guide, "state": draw.choice([*CODES, "gone"])}, "Contact Added", None
        case "visited":
            return {"guide": guide, "store": HOME[guide]}, "Store Visited", None
        case "chat":
            return {"guide": guide}, "Guide Chatted", None
        case "deleted":
            by = draw.choice(("guide", "customer", "transfer"))
            return {"guide": guide, "by": by}, "Contact Deleted", None
        case "link":
            return {"sender": guide, "guide": guide, "link": "7"}, "Link Clicked", None
        case "order":
            said: dict[str, Any] = {"shop": "pos", "order_id": str(n)}
            if draw.random() < 0.3:
                said["guide"] = guide
            return said, "Order Completed", draw.randrange(0, 50_000) * 100
    return {}, "Order Refunded", None


def disorder(draw: Random, events: Sequence[Event]) -> list[Event]:
    """Let a part of it arrive late, or twice."""
    keyed = [
        (e.time + (draw.randrange(3 * DAY) if draw.random() < 0.15 else 0), n, e)
        for n, e in enumerate(events)
    ]
    again = [(at + HOUR, n, e) for at, n, e in keyed if draw.random() < 0.02]
    return [e for _, _, e in sorted([*keyed, *again], key=lambda row: row[:2])]


def deeds(database: Database, house: Rooms, draw: Random, now: int, world: World) -> list[Event]:
    """Let the house act as well: transfers, choices, a guide who leaves, a store that closes."""
    made: list[Event] = []
    still = [one for one in GUIDES if one not in world.left]
    with database.begin(COMMAND, now) as work:
        for kind in ("given", "chosen"):
            guide = draw.choice(still)
            who = draw.randrange(1, 60)
            if kind == "given":
                house.bindings.give(work, [who], guide, "test")
            else:
                house.bindings.choose(work, who, guide)
            made.append(Event(
                id="", type="track", name=kind, time=now, received=now, source="desk",
                profile=who, properties={"guide": guide},
            ))  # fmt: skip
        if draw.random() < 0.1 and len(still) > 6:
            guide = draw.choice(still)
            house.organisation.leave(work, guide)
            world.left[guide] = now  # type: ignore[index]
        if draw.random() < 0.05 and "pudong" not in world.closed:
            house.organisation.close_store(work, "pudong", "bund")
            world.closed["pudong"] = (now, "bund")  # type: ignore[index]
    return made


def play(database: Database, seed: int, number: int, people: int, batch: int) -> None:
    """Play a story into the ledger and read it again; both must say the same of everything."""
    draw, house = Random(seed), rooms()
    furnish(database, house)
    events = story(draw, number, people)
    arriving = disorder(draw, events)
    world = World(HOME, {}, {}, CODES)
    now, acted = NOW, []
    for start in range(0, len(arriving), batch):
        some = arriving[start : start + batch]
        now = max([now + 1000, *(one.time + 1000 for one in some)])
        now -= now % 1000
        with database.begin(COMMAND, now) as work:
            house.bindings.hear(work, some, [])
            house.credit.hear(work, some, [])
            house.bindings.wake(work)
        if draw.random() < 0.5:
            acted += deeds(database, house, draw, now + 1000, world)
            now += 1000
    with database.begin(COMMAND, now) as work:
        compare_owners(work, read([*events, *acted], world), people)
        compare_credit(work, house, [*events, *acted], read([*events, *acted], world), world)


def compare_owners(work: Work, expected: dict[int, Her], people: int) -> None:
    held = bindings_store.spans_of(work, range(1, people + 1))
    for person, mine in held.items():
        spans = [one.span for one in mine]
        assert all(a.until <= b.since for a, b in pairwise(spans))
        moments = {at for one in spans for at in (one.since, one.until, one.until - 1)}
        her = expected.get(person, Her())
        moments |= {at for at, *_ in her.owned}
        for at in moments:
            ours = [(one.guide, one.store) for one in spans if one.since <= at < one.until]
            theirs = her.at(at)
            assert ours == ([] if theirs is None else [theirs]), (person, at)


def compare_credit(
    work: Work, house: Rooms, events: Sequence[Event], owned: dict[int, Her], world: World
) -> None:
    back: dict[str, int] = {}
    by_person: dict[int, list[Event]] = {}
    for one in events:
        by_person.setdefault(one.profile, []).append(one)
        if one.name == "Order Refunded":
            number = one.properties["order_id"]
            back[number] = back.get(number, 0) + (one.amount or 0)
    assert house.credit.unbalanced(work) == []
    orders = [one for one in events if one.name == "Order Completed"]
    found = {each.order.number: each for each in house.credit.newest(work, limit=len(orders) + 1)}
    assert len(found) == len(orders)
    for order in orders:
        number, hers = order.properties["order_id"], owned.get(order.profile, Her())
        mine = found[number]
        total = (order.amount or 0) - back.get(number, 0)
        assert mine.net == sum(one.amount for one in mine.lines) == total
        assert sum(one.amount for one in mine.standing) == total
        given = [line for line in mine.standing if line.kind == "credit"]
        assert sum(line.share for line in given) == 10_000
        assert sum(line.amount for line in given) == order.amount
        assert all(line.why for line in given)
        expected = shares(order, hers, by_person[order.profile], world)
        assert {(line.guide, line.way): Fraction(line.share, 10_000) for line in given} == expected
        for line in given:
            exact = (order.amount or 0) * expected[line.guide, line.way]
            assert abs(line.amount - exact) < 100  # less than a cent


@pytest.mark.parametrize("seed", [1])
def test_the_ledger_says_what_the_log_says(database: Database, seed: int) -> None:
    play(database, seed, number=240, people=24, batch=60)


def test_what_comes_later_in_the_same_second_counts_in_the_stated_order(database: Database) -> None:
    house = rooms()
    furnish(database, house)
    for number, (name, guide) in enumerate((("Contact Added", "g0"), ("Store Visited", "g1"))):
        event = Event(id=f"e{number}", type="track", name=name, time=NOW, received=NOW,
                      source="till", profile=1, properties={"guide": guide})  # fmt: skip
        with database.begin(COMMAND, NOW + 1000) as work:
            house.bindings.hear(work, [event], [])
    with database.read(COMMAND, NOW + 1000) as work:
        assert house.bindings.owner_of(work, [1])[1].guide == "g1"  # a scan before an add


@pytest.mark.crash
@pytest.mark.parametrize("seed", [11])
def test_a_hundred_thousand_happenings_give_one_owner_and_exact_credit(
    database: Database, seed: int
) -> None:
    play(database, seed, number=100_000, people=6_000, batch=500)
