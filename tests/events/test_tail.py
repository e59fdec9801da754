"""The hot tail: rows that are written once, put together while they are few, and held in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.events import hot
from coterie.events.log import Log
from coterie.events.store import hot_rows
from coterie.storage.database import Database

NOW = 1_767_225_600_000


class Stumbled(Exception):
    pass


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.close()


def event(number: int, profile: int = 1, name: str = "Page Viewed") -> Event:
    return Event(
        id=f"m{number}", type="track", name=name, time=NOW + number, received=NOW, source="shop",
        profile=profile, properties={"note": f"n{number}"},
    )  # fmt: skip


def sizes(database: Database) -> list[int]:
    with database.read(CLOCK, NOW) as work:
        return [part.events for part in hot.parts(work)]


def append(database: Database, log: Log, first: int, count: int) -> None:
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event(number) for number in range(first, first + count)])


def seqs(database: Database, log: Log) -> list[int]:
    with database.read(CLOCK, NOW) as work:
        return [one.seq for one in log.timelines(work, [1])[1]]


def test_few_events_are_put_together_so_that_there_are_never_many_rows(
    database: Database, log: Log
) -> None:
    grown = []
    for number in range(8):
        append(database, log, number, 1)
        grown.append(sizes(database))
    assert grown == [[1], [2], [2, 1], [4], [4, 1], [4, 2], [4, 2, 1], [8]]
    append(database, log, 8, 2_500)
    append(database, log, 2_508, 2_500)
    assert sizes(database) == [2_508, 2_500]
    assert seqs(database, log) == list(range(1, 5_009))


def test_what_a_failed_work_appended_is_shown_to_nobody(database: Database, log: Log) -> None:
    append(database, log, 0, 2)
    with pytest.raises(Stumbled), database.begin(CLOCK, NOW) as work:
        log.append(work, [event(2), event(3)])
        assert [one.seq for one in log.timelines(work, [1])[1]] == [1, 2, 3, 4]
        raise Stumbled
    assert seqs(database, log) == [1, 2]
    append(database, log, 9, 1)
    assert seqs(database, log) == [1, 2, 3]


def test_readers_beside_a_writer_see_what_is_committed(database: Database, log: Log) -> None:
    append(database, log, 0, 3)
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event(3)])
        assert seqs(database, log) == [1, 2, 3]
        assert [one.seq for one in log.timelines(work, [1])[1]] == [1, 2, 3, 4]
    assert seqs(database, log) == [1, 2, 3, 4]


def test_what_was_blanked_is_blank_for_every_process(database: Database, tmp_path: Path) -> None:
    mine, other = Log(tmp_path), Log(tmp_path)
    append(database, mine, 0, 3)
    assert seqs(database, other) == [1, 2, 3]
    with database.begin(CLOCK, NOW) as work:
        mine.append(work, [event(3, profile=2)])
        assert mine.erase(work, [1])["log_hot"] == 3
    for log in (mine, other):
        with database.read(CLOCK, NOW) as work:
            found = log.timelines(work, [1, 2])
            assert [one.properties for one in found[1]] == [{}, {}, {}]
            assert [one.properties for one in found[2]] == [{"note": "n3"}]
        log.close()
    with database.read(CLOCK, NOW) as work:
        bodies = work.connection.execute(select(hot_rows.c.body)).scalars().all()
    assert not any(b"n1" in bytes(body) for body in bodies)


def test_a_row_that_another_process_moves_meanwhile_is_looked_for_again(
    database: Database, tmp_path: Path
) -> None:
    """PostgreSQL shows each statement the newest commits: here one comes between two of them."""
    if database.dialect != "postgresql":
        pytest.skip("SQLite shows a transaction one state")
    mine, other = Log(tmp_path), Log(tmp_path)
    append(database, mine, 0, 3)
    with database.read(CLOCK, NOW) as work:
        named = hot.parts(work)
        append(database, mine, 3, 4)
        with pytest.raises(hot.Gone):
            hot.read(work, named[0])
        assert [one.seq for one in other.timelines(work, [1])[1]] == list(range(1, 8))
    for log in (mine, other):
        log.close()
