from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.events.log import Log
from coterie.events.model import EventSpec
from coterie.events.store import hot_rows
from coterie.storage.database import Database

NOW = 1_767_225_600_000


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.close()


def event(key: str, **fields: Any) -> Event:
    base: dict[str, Any] = {
        "id": key, "type": "track", "name": "Wine Opened", "time": NOW, "received": NOW,
        "source": "shop", "profile": 1,
    }  # fmt: skip
    return Event(**{**base, **fields})


def ids(events: list[Event]) -> list[str]:
    return [each.id for each in events]


def lake_files(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "lake").rglob("*.parquet")}


def count(log: Log, database: Database) -> int:
    with database.read(CLOCK, NOW) as work:
        total = sum(log.counts(work).values())
        assert len(log.timelines(work, [1])[1]) == total
        return total


def test_an_event_counts_once_within_a_batch_across_batches_and_across_restarts(
    database: Database, log: Log, tmp_path: Path
):
    with database.begin(CLOCK, NOW) as work:
        assert ids(log.append(work, [event("a"), event("b"), event("a")])) == ["a", "b"]
        assert ids(log.append(work, [event("b"), event("c")])) == ["c"]
        log.flush(work)
    again = Log(tmp_path)
    with database.begin(CLOCK, NOW) as work:
        assert ids(again.append(work, [event("a"), event("c"), event("d")])) == ["d"]
        assert ids(again.append_bulk(work, [event("d"), event("e"), event("e")])) == ["e"]
    assert count(again, database) == 5
    again.close()


def test_an_id_is_forgotten_after_its_window_swept_or_not(database: Database, log: Log):
    for day, fresh in ((0, ["a"]), (29, []), (30, ["a"]), (31, [])):
        with database.begin(CLOCK, NOW + day * DAY) as work:
            assert ids(log.append(work, [event("a")])) == fresh
            log.sweep(work)


def test_what_is_appended_is_seen_at_once_and_gone_with_its_transaction(
    database: Database, log: Log
):
    with pytest.raises(ZeroDivisionError), database.begin(CLOCK, NOW) as work:
        log.append(work, [event("a")])
        assert log.counts(work) == {"Wine Opened": 1}
        with log.open_lake(work) as lake:
            assert lake.execute("SELECT count(*) FROM events").fetchall() == [(1,)]
        raise ZeroDivisionError
    with database.begin(CLOCK, NOW) as work:
        assert log.counts(work) == {}
        with log.open_lake(work) as lake:
            assert lake.execute("SELECT count(*) FROM events").fetchall() == [(0,)]
        assert ids(log.append(work, [event("a")])) == ["a"]


def test_seqs_are_dense_and_grow_with_arrival(database: Database, log: Log):
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event("a", time=NOW), event("b", time=NOW - HOUR)])
        log.append_bulk(work, [event("c"), event("a")])
        log.flush(work)
        log.append(work, [event("d")])
        found = log.timelines(work, [1])[1]
    assert sorted(logged.seq for logged in found) == [1, 2, 3, 4]
    assert [logged.seq for logged in found] == [2, 1, 3, 4]


def test_items_are_resolved_when_appended_by_the_specs_of_that_moment(database: Database, log: Log):
    bought = {"bottle": "b1", "sku": "s1", "total": 3}
    with database.begin(CLOCK, NOW) as work:
        [before] = log.append(work, [event("a", properties=bought)])
        log.define_specs(work, [EventSpec("Wine Opened", item_path="old")])
        log.define_specs(work, [EventSpec("Wine Opened", item_path="bottle")])
        [after] = log.append_bulk(work, [event("b", properties=bought)])
        with pytest.raises(Invalid):
            log.define_specs(work, [EventSpec("")])
        assert log.specs(work) == {"Wine Opened": EventSpec("Wine Opened", item_path="bottle")}
        assert [logged.items for logged in log.timelines(work, [1])[1]] == [("s1",), ("b1",)]
        assert log.profiles_of_items(work, ["b1"]) == {1}
    assert (before.items, after.items, after.amount) == (("s1",), ("b1",), 30_000)


def test_facts_of_our_own_are_events_like_others(database: Database, log: Log):
    joined = fact("community.joined", room="communities", profile=1, at=NOW, cause=("x",),
                  items=("c",), community="wine")  # fmt: skip
    with database.begin(CLOCK, NOW) as work:
        assert log.append(work, [joined, joined]) == [joined]
        [logged] = log.timelines(work, [1])[1]
        assert log.profiles_between(work, ["*"], NOW - 1, NOW) == set()
        assert log.profiles_between(work, ["coterie.*"], NOW - 1, NOW) == {1}
    assert (logged.name, logged.items) == ("coterie.community.joined", ("c",))
    assert logged.properties == {"community": "wine"}


def test_a_house_with_nothing_in_the_lake_starts_no_duckdb(database: Database, log: Log):
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event("a")])
        log.timelines(work, [1])
        log.profiles_between(work, ["*"], 0, NOW)
        log.next_time(work, ["*"], 0)
        log.profiles_of_items(work, ["a"])
        log.counts(work)
    assert log._lake._duckdb is None


def test_a_full_hot_tail_is_flushed_and_answers_stay(database: Database, tmp_path: Path):
    log = Log(tmp_path, flush_rows=3)
    for key in "abcdefg":
        with database.begin(CLOCK, NOW) as work:
            log.append(work, [event(key)])
    assert len(lake_files(tmp_path)) == 2
    assert count(log, database) == 7
    log.close()


def test_a_crash_between_file_and_manifest_leaves_nothing_a_reader_could_see(
    database: Database, log: Log, tmp_path: Path
):
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event("a")])
    for broken in (log.flush, lambda work: log.append_bulk(work, [event("b")])):
        with pytest.raises(ZeroDivisionError), database.begin(CLOCK, NOW) as work:
            broken(work)
            raise ZeroDivisionError
    assert len(lake_files(tmp_path)) == 2
    assert count(log, database) == 1
    with database.begin(CLOCK, NOW) as work:
        assert ids(log.append_bulk(work, [event("b")])) == ["b"]
    assert count(log, database) == 2
    assert len(lake_files(tmp_path)) == 3
    deleted = []
    for hours in (0, 0.5, 1, 2):
        with database.begin(CLOCK, NOW + int(hours * HOUR)) as work:
            deleted.append(log.sweep(work))
    assert deleted == [0, 0, 2, 0]
    assert len(lake_files(tmp_path)) == 1
    assert count(log, database) == 2


def test_a_sweep_that_fails_deletes_nothing(database: Database, log: Log, tmp_path: Path):
    (tmp_path / "lake" / "topic").mkdir(parents=True)
    orphan = tmp_path / "lake" / "topic" / "orphan.parquet"
    orphan.write_bytes(b"half a file")
    with database.begin(CLOCK, NOW) as work:
        log.sweep(work)
    with pytest.raises(ZeroDivisionError), database.begin(CLOCK, NOW + HOUR) as work:
        assert log.sweep(work) == 1
        raise ZeroDivisionError
    assert orphan.exists()
    with database.begin(CLOCK, NOW + HOUR) as work:
        assert log.sweep(work) == 1
    assert not orphan.exists()


def test_days_and_then_blocks_are_put_together_and_old_files_stay_for_their_readers(
    database: Database, log: Log, tmp_path: Path
):
    block = NOW // DAY // 30 * 30 * DAY
    for index in range(8):
        day = index // 3  # three flushes on each of two days, two on the third
        with database.begin(CLOCK, block + day * DAY + index) as work:
            log.append(work, [event(f"m{index}", time=block + index, received=block)])
            log.flush(work)
    assert len(lake_files(tmp_path)) == 8

    def compact(at: int) -> int:
        with database.begin(CLOCK, at) as work:
            return log.compact(work)

    assert compact(block + 2 * DAY) == 2  # the third day is not over
    assert compact(block + 2 * DAY) == 0
    with database.read(CLOCK, NOW) as work, log.open_lake(work) as reader:
        assert compact(block + 30 * DAY) == 1
        assert compact(block + 30 * DAY) == 0
        with database.begin(CLOCK, block + 30 * DAY) as other:
            assert log.sweep(other) == 6  # those that the days replaced, 28 days ago
        assert reader.execute("SELECT count(*) FROM events").fetchall() == [(8,)]
    assert count(log, database) == 8
    with database.begin(CLOCK, block + 30 * DAY + HOUR) as work:
        assert log.sweep(work) == 4  # two days and two flushes, replaced by the block
    assert len(lake_files(tmp_path)) == 1
    assert count(log, database) == 8


def test_two_logs_over_one_house_agree(database: Database, log: Log, tmp_path: Path):
    """Another process appends and flushes; the mirror in memory must not show what was."""
    other = Log(tmp_path)

    def seqs() -> list[int]:
        with database.read(CLOCK, NOW) as work, log.open_lake(work) as lake:
            return [row[0] for row in lake.execute("SELECT seq FROM events ORDER BY 1").fetchall()]

    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event("a")])
    assert seqs() == [1]
    for step, expected in (("b", [1, 2]), ("c", [1, 2, 3])):
        with database.begin(CLOCK, NOW) as work:
            other.append(work, [event(step)])
        assert seqs() == expected
    with database.begin(CLOCK, NOW) as work:
        other.flush(work)
        other.append(work, [event("d")])
    assert seqs() == [1, 2, 3, 4]
    other.close()


def test_what_a_flush_moves_under_a_readers_eyes_is_found_once(database: Database, log: Log):
    """PostgreSQL shows each statement the newest commits: the tail may be read before a flush and
    the manifest after it. The rows put back here are what such a reader has in his hands.
    """
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event("a"), event("b")])
        read_before = [row._asdict() for row in work.connection.execute(select(hot_rows))]
        log.flush(work)
        log.append(work, [event("c")])
        work.insert(hot_rows, read_before)
        assert [logged.seq for logged in log.timelines(work, [1])[1]] == [1, 2, 3]
        with log.open_lake(work) as lake:
            assert lake.execute("SELECT seq FROM events ORDER BY 1").fetchall() == [
                (1,),
                (2,),
                (3,),
            ]
        assert log.flush(work) == 1


@pytest.mark.parametrize("flushed", [False, True])
def test_the_edges_of_an_interval(database: Database, log: Log, flushed: bool):
    times = {1: NOW - 10, 2: NOW, 3: NOW + 10}
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event(str(who), profile=who, time=at) for who, at in times.items()])
        if flushed:
            log.flush(work)
        name = ["Wine Opened"]
        assert log.profiles_between(work, name, NOW - 10, NOW + 10) == {2, 3}
        assert log.profiles_between(work, name, NOW - 11, NOW + 9) == {1, 2}
        assert log.profiles_between(work, name, NOW, NOW) == set()
        assert log.next_time(work, name, NOW - 11) == NOW - 10
        assert log.next_time(work, name, NOW - 10) == NOW
        assert log.next_time(work, name, NOW) == NOW + 10
        assert log.next_time(work, name, NOW + 10) is None
        assert [e.time for e in log.timelines(work, [2, 3], since=NOW)[2]] == [NOW]
        assert log.timelines(work, [2], since=NOW + 1) == {2: []}


def test_what_a_reader_creates_in_the_lake_is_its_own(database: Database, log: Log):
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event("a", properties={"note": 'say "hi"', "n": 2})])
        with log.open_lake(work) as first, log.open_lake(work) as second:
            for lake in (first, second):
                lake.execute("CREATE TABLE mine AS SELECT seq FROM events")
                found = lake.execute("SELECT properties->>'note' FROM events").fetchall()
                assert found == [('say "hi"',)]
        with pytest.raises(ZeroDivisionError), log.open_lake(work) as lake:
            lake.execute("CREATE TABLE mine AS SELECT 1 AS x")
            raise ZeroDivisionError
        with log.open_lake(work) as lake:
            assert lake.execute("SHOW TABLES").fetchall() == [
                ("event_items",), ("event_lines",), ("events",), ("hot_events",), ("hot_lines",)
            ]  # fmt: skip


def test_a_rare_value_after_thousands_of_missing_ones_is_kept(database: Database, log: Log):
    """DuckDB guesses a column's type from a sample unless it is told not to."""
    many = [event(f"m{index}") for index in range(5_000)]
    rare = event("rare", store="Shanghai", amount=-(2**61), profile=2, items=("x",))
    with database.begin(CLOCK, NOW) as work:
        assert len(log.append_bulk(work, [*many, rare])) == 5_001
        [found] = log.timelines(work, [2])[2]
        assert (found.store, found.amount, found.items) == ("Shanghai", -(2**61), ("x",))
        assert len(log.timelines(work, [1])[1]) == 5_000


def test_asking_for_nobody_and_nothing(database: Database, log: Log):
    with database.read(CLOCK, NOW) as work:
        assert log.timelines(work, []) == {}
        assert log.timelines(work, [7]) == {7: []}
        assert log.profiles_between(work, [], 0, NOW) == set()
        assert log.next_time(work, [], 0) is None
        assert log.profiles_of_items(work, []) == set()
        assert log.counts(work) == {}
    with database.begin(CLOCK, NOW) as work:
        assert log.append(work, []) == log.append_bulk(work, []) == []
        assert (log.flush(work), log.compact(work), log.sweep(work)) == (0, 0, 0)
