"""Lists read from the lake are those that the same events make while they are fresh."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.core.event import Event
from coterie.events.log import Log
from coterie.events.model import Logged
from coterie.segments.engine.listing import NUMBER, SAME, TEST, Column, Listing
from coterie.segments.engine.loading import Loading
from coterie.segments.engine.postings import NOTHING, Rows
from coterie.segments.engine.sorting import Sorter
from coterie.segments.model import Condition, World
from coterie.storage.database import Database

NOW = 1_767_225_600_000
ZONE = ZoneInfo("Asia/Shanghai")
TOPICS = {
    "red": frozenset({"barolo", "rioja"}),
    "white": frozenset({"soave", "rioja"}),
    "none": frozenset[str](),
    "rare": frozenset({"tokaj"}),
}
COSTLY = Condition("total", ">=", 20)


def lists() -> list[Listing]:
    """Every way in which a list is read: by lines of topics, whole, with tests and columns."""
    made = [Listing(name, topic=topic) for name in ("Read", "Bought") for topic in TOPICS]
    made += [Listing("Read"), Listing("*"), Listing("B*"), Listing("B*", topic="red")]
    made += [Listing("*", topic="white"), Listing("Bought", (COSTLY,)), Listing("Unheard")]
    told = Listing("Bought", topic="red")
    for column in (Column(NUMBER, "total"), Column(SAME, "store"), Column(TEST, tests=(COSTLY,))):
        told.want(column)
    for one in (*made, told):
        one.items = TOPICS[one.topic] if one.topic else frozenset()
    return [*made, told]


def drawn(chance: random.Random, count: int, first: int) -> Iterator[Event]:
    """Events of few people and moments, so that much coincides; some with several items."""
    kinds = [*set().union(*TOPICS.values()), "cork"]
    for number in range(first, first + count):
        some = chance.sample(kinds, chance.choice([0, 1, 1, 2, 3]))
        told: dict[str, Any] = {"products": [{"product_id": item} for item in some]}
        if chance.random() < 0.7:
            told |= {"total": chance.choice([5, 20.5, "30", "many"]), "store": chance.choice("ab")}
        time = NOW - chance.choice([0, 1, 40 * DAY, 41 * DAY, 90 * DAY])
        profile = chance.randint(1, 4)
        yield Event(
            id=f"e{number}", type="track", name=chance.choice(["Read", "Bought"]), time=time,
            received=time, source="test", profile=profile, came_with=profile, properties=told,
        )  # fmt: skip


def told(listing: Listing, rows: Rows) -> Counter[tuple[Any, ...]]:
    """What is on a list, codes as what they stand for."""
    of_code = {code: value for value, code in listing.codes.items()} | {NOTHING: None}
    columns = [rows.times.tolist(), rows.profiles.tolist()]
    for name, column in listing.columns.items():
        values = rows.values[name].tolist()
        columns.append([of_code[one] for one in values] if column.kind == SAME else values)
    return Counter(zip(*columns, strict=True))


@pytest.mark.parametrize("is_long", [False, True], ids=["whole", "by blocks"])
@pytest.mark.parametrize("seed", range(3))
def test_the_lake_and_fresh_events_make_the_same_lists(
    database: Database, tmp_path: Path, seed: int, is_long: bool
) -> None:
    log, chance = Log(tmp_path / "log"), random.Random(seed)
    world = World(NOW, ZONE, items_of=TOPICS)
    events: list[Logged] = []
    with database.begin(COMMAND, NOW) as work:
        for portion in range(3):  # the last stays in the hot tail
            log.append(work, list(drawn(chance, 60, portion * 60)))
            events += log.tail(work, events[-1].seq if events else -1)
            if portion < 2:
                log.flush(work)
        for since, floor in ((0, NOW - 41 * DAY), (events[70].seq, 0)):
            wanted, fresh = lists(), lists()
            for one in wanted:
                one.floor = floor
            reading = Loading(log, ZONE, long=1 if is_long else 10**6)
            found = reading.rows(work, wanted, world, since)
            expected = Sorter(fresh, ZONE).sort([one for one in events if one.seq >= since])
            for place, (one, rows) in enumerate(zip(wanted, found, strict=True)):
                assert bool(np.all(rows.times[1:] >= rows.times[:-1])), one
                assert set(rows.values) == set(one.columns)
                asked = told(one, rows.take(rows.times >= floor))
                there = expected.get(place)
                inside = None if there is None else there.take(there.times >= floor)
                assert asked == (Counter() if inside is None else told(fresh[place], inside)), one
    log.close()


def test_what_came_first_stays_first_of_what_happened_at_once(
    database: Database, tmp_path: Path
) -> None:
    log = Log(tmp_path / "log")
    listing = Listing("Bought")
    column = listing.want(Column(NUMBER, "total"))
    bought = [
        Event(id=f"e{n}", type="track", name="Bought", time=NOW - n // 5, received=NOW,
              source="test", profile=1 + n % 2, came_with=1 + n % 2, properties={"total": n})
        for n in range(20)
    ]  # fmt: skip
    with database.begin(COMMAND, NOW) as work:
        log.append(work, bought[::-1])
        log.flush(work)
        [rows] = Loading(log, ZONE).rows(work, [listing], World(NOW, ZONE))
    in_time = sorted(range(20), key=lambda n: (NOW - n // 5, -n))
    assert (rows.values[column] // 10_000).tolist() == in_time
    log.close()
