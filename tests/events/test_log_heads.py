"""Merged and erased people: the log keeps its rows and tells them as the heads' of now."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR
from coterie.core.event import Event
from coterie.core.people import Led, Shift
from coterie.events.log import Log
from coterie.events.model import Sought
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000


class Merged:
    """Heads as a test sets them."""

    def __init__(self, **_: object) -> None:
        self.by_profile: dict[int, int] = {}

    def heads(self, _work: Work, profiles: Collection[int]) -> dict[int, int]:
        return {profile: self.by_profile.get(profile, profile) for profile in profiles}

    def members(self, _work: Work, heads: Collection[int]) -> dict[int, tuple[int, ...]]:
        return {
            head: (head, *sorted(p for p, h in self.by_profile.items() if h == head))
            for head in heads
        }

    def led(self, _work: Work) -> Led:
        profiles = sorted(self.by_profile)
        heads = [self.by_profile[profile] for profile in profiles]
        return Led(np.array(profiles, np.int32), np.array(heads, np.int32))


@pytest.fixture
def merged() -> Merged:
    return Merged()


@pytest.fixture
def log(tmp_path: Path, merged: Merged) -> Iterator[Log]:
    made = Log(tmp_path, heads=merged)
    yield made
    made.close()


def event(number: int, profile: int, came_with: int = 0, note: str = "") -> Event:
    return Event(
        id=f"e{number}", type="track", name="Bought", time=NOW - number, received=NOW,
        source="shop", profile=profile, came_with=came_with,
        properties={"sku": f"w{number}", "total": number, "note": note or f"note {number}"},
    )  # fmt: skip


def seqs(log: Log, work: Work, *people: int) -> list[list[int]]:
    return [[one.seq for one in log.timelines(work, people)[who]] for who in people]


@pytest.mark.parametrize("where", ["hot", "flushed", "bulk"])
def test_what_two_profiles_did_is_one_persons_while_one_leads_the_other(
    database: Database, log: Log, merged: Merged, where: str
) -> None:
    events = [event(1, 1), event(2, 5), event(3, 9)]
    with database.begin(CLOCK, NOW) as work:
        (log.append_bulk if where == "bulk" else log.append)(work, events)
        if where == "flushed":
            log.flush(work)

    def told() -> object:
        with database.read(CLOCK, NOW) as work, log.open_lake(work) as lake:
            rows = lake.execute("SELECT seq, profile FROM events ORDER BY seq").fetchall()
            newest = [(one.seq, one.profile) for one in log.newest(work, Sought(profile=1), 9)]
            between = log.profiles_between(work, ["*"], 0, NOW)
            touched = log.profiles_of_items(work, ["w2"])
            return rows, newest, between, touched, seqs(log, work, 1, 9), log.watermark(work)[:2]

    before = told()
    with database.begin(CLOCK, NOW) as work:
        assert seqs(log, work, 1) == [[1]]
        mark = log.watermark(work)
        merged.by_profile = {5: 1}
        log.follow(work, [Shift(5, before=5, head=1)])
        assert seqs(log, work, 1) == [[2, 1]], "what was read before the merge is read anew"
        assert log.watermark(work) != mark
        assert {one.profile for one in log.timelines(work, [1])[1]} == {1}
    assert told() == (
        [(1, 1), (2, 1), (3, 9)], [(2, 1), (1, 1)], {1, 9}, {1}, [[2, 1], [3]], before[-1]  # type: ignore[index]
    )  # fmt: skip
    merged.by_profile = {}
    with database.begin(CLOCK, NOW) as work:
        log.follow(work, [Shift(5, before=1, head=5)])
    assert told() == before, "an un-merge gives everybody back what was hers"


def test_a_row_keeps_the_profile_that_its_event_came_with(
    database: Database, log: Log, merged: Merged
) -> None:
    merged.by_profile = {5: 1}
    with database.begin(CLOCK, NOW) as work:
        log.append(work, [event(1, 1, came_with=5), event(2, 1)])
        log.append_bulk(work, [event(3, 1, came_with=5)])
        assert seqs(log, work, 1) == [[3, 2, 1]]
    merged.by_profile = {}
    with database.read(CLOCK, NOW) as work:
        assert seqs(log, work, 1, 5) == [[2], [3, 1]]


def test_erasing_empties_the_properties_and_leaves_counts_and_sums(
    database: Database, log: Log, tmp_path: Path
) -> None:
    hers = [event(1, 1, note="ada's Secret"), event(2, 2, note="ADA'S SECRET")]
    with database.begin(CLOCK, NOW) as work:
        log.append_bulk(work, [*hers, event(3, 3)])
        log.append_bulk(work, [event(4, 4)])
        log.append(work, [event(5, 2, note="ada's secret"), event(6, 3), event(7, 4)])
        with log.open_lake(work) as lake:  # fills the mirror
            sums = lake.execute(SUMS).fetchall()
        assert log.search(work, ["nowhere"]) == []
        assert len(log.search(work, ["ada's secret"])) == 3
    with database.begin(CLOCK, NOW) as work:
        assert log.erase(work, [1, 2]) == {"log_hot": 1, "lake": 2}
    assert len({path.stem for path in tmp_path.rglob("*.parquet")}) == 2, "none waits for a sweep"
    with database.begin(CLOCK, NOW) as work:
        log.flush(work)
        assert log.search(work, ["ada's secret"]) == []
        assert log.search(work, ["note 3"]) != []
        assert log.erase(work, [1, 2]) == {"log_hot": 0, "lake": 0}
        with log.open_lake(work) as lake:
            assert lake.execute(SUMS).fetchall() == sums
        timelines = log.timelines(work, [1, 2, 3])
        assert [one.properties for who in (1, 2) for one in timelines[who]] == [{}, {}, {}]
        assert [one.properties["note"] for one in timelines[3]] == ["note 6", "note 3"]
        assert log.profiles_of_items(work, ["w2"]) == {2}
        assert log.append(work, [*hers, event(5, 2)]) == [], "their ids are remembered"


SUMS = (
    "SELECT profile, count(*), sum(amount), list(time ORDER BY time) "
    "FROM events GROUP BY 1 ORDER BY 1"
)


def test_what_compaction_replaced_is_gone_with_the_erased(
    database: Database, log: Log, tmp_path: Path
) -> None:
    for number in (1, 2):
        with database.begin(CLOCK, NOW) as work:
            log.append_bulk(work, [event(number, number, note="secret")])
    with database.begin(CLOCK, NOW + DAY) as work:
        assert log.compact(work) == 1
    assert len({path.stem for path in tmp_path.rglob("*.parquet")}) == 3
    with database.begin(CLOCK, NOW + DAY) as work:
        log.erase(work, [1, 2])
    with database.begin(CLOCK, NOW + DAY + HOUR) as work:
        assert log.search(work, ["secret"]) == []
        assert log.sweep(work) == 0
        assert log.state(work).orphans == log.state(work).missing == 0
        assert sum(map(len, log.timelines(work, [1, 2]).values())) == 2


def test_an_erasure_that_fails_leaves_everything_as_it_was(database: Database, log: Log) -> None:
    with database.begin(CLOCK, NOW) as work:
        log.append_bulk(work, [event(1, 1, note="secret")])
        log.append(work, [event(2, 1, note="secret")])
    with pytest.raises(ZeroDivisionError), database.begin(CLOCK, NOW) as work:
        log.erase(work, [1])
        with log.open_lake(work):
            raise ZeroDivisionError
    with database.begin(CLOCK, NOW) as work, log.open_lake(work) as lake:
        notes = lake.execute("SELECT properties->>'note' FROM events").fetchall()
        assert notes == [("secret",), ("secret",)]
