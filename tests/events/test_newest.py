"""The newest events, out of the hot tail and the lake together."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.core.actor import CLOCK
from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.events.log import Log
from coterie.events.model import Sought
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000


def event(number: int, name: str = "Read", profile: int = 1, source: str = "shop") -> Event:
    return Event(
        id=f"e{number}", type="track", name=name, time=NOW - number, received=NOW + number,
        source=source, profile=profile, properties={"number": number},
    )  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.close()


@pytest.fixture
def work(database: Database, log: Log) -> Iterator[Work]:
    """Seqs 1 and 2 flushed, 3 and 4 hot, 5 and 6 imported past them into the lake."""
    with database.begin(CLOCK, NOW) as begun:
        log.append(begun, [event(1), event(2, "coterie.tagged")])
        log.flush(begun)
        log.append(begun, [event(3, profile=2), event(4, source="app")])
        log.append_bulk(begun, [event(5, profile=2), event(6, "Bought")])
        yield begun


def numbers(log: Log, work: Work, sought: Sought, limit: int = 10, **bounds: int) -> list[int]:
    return [one.properties["number"] for one in log.newest(work, sought, limit, **bounds)]


def test_the_newest_come_first_wherever_they_lie(log: Log, work: Work) -> None:
    assert numbers(log, work, Sought()) == [6, 5, 4, 3, 2, 1]
    assert numbers(log, work, Sought(), 2) == [6, 5]
    assert numbers(log, work, Sought(), 2, before=5) == [4, 3]
    assert numbers(log, work, Sought(), after=4) == [6, 5]


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        (Sought(name="Read"), [5, 4, 3, 1]),
        (Sought(profile=2), [5, 3]),
        (Sought(source="app"), [4]),
        (Sought(own=False), [6, 5, 4, 3, 1]),
        (Sought(name="Read", profile=1, source="shop"), [1]),
    ],
)
def test_what_is_sought_is_found_in_both(
    log: Log, work: Work, sought: Sought, expected: list[int]
) -> None:
    assert numbers(log, work, sought) == expected


def test_after_a_flush_nothing_is_there_twice(log: Log, work: Work) -> None:
    log.flush(work)
    assert numbers(log, work, Sought()) == [6, 5, 4, 3, 2, 1]


def test_one_event_is_found_by_its_seq(log: Log, work: Work) -> None:
    assert log.one(work, 3).profile == 2
    with pytest.raises(NotFound):
        log.one(work, 7)


def test_the_watermark_moves_with_everything_that_comes_in(log: Log, work: Work) -> None:
    marks = [log.watermark(work)]
    log.append(work, [event(7)])
    marks.append(log.watermark(work))
    log.append_bulk(work, [event(8)])
    marks.append(log.watermark(work))
    assert len(set(marks)) == 3
    assert log.watermark(work) == marks[-1]
    log.append(work, [event(8)])
    assert log.watermark(work) == marks[-1], "it was there already"
