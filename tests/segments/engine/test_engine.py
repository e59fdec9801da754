"""The engine in a house: a cache that may be lost, doubted or shared at any time."""

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, MINUTE, format_time, zone
from coterie.core.event import Event, Move
from coterie.roads.bulk import Importer
from coterie.roads.mapping import parse_map
from coterie.segments.service import Segments
from coterie.storage.database import Database
from coterie.storage.work import Work
from coterie.testing import House
from segments.house import ZONE, SmallHouse
from segments.test_service import _random_event

NOW = 1_767_225_600_000

RULES: dict[str, dict[str, Any]] = {
    "read": {"did": "Article Read", "within": "2d"},
    "often": {"did": "Article*", "count": {">=": 2}, "within": "36h"},
    "silent": {"not": {"did": "*", "within": "1d"}},
    "spent": {"did": "Order Completed", "sum": "total", "is": {">=": 10.5}, "within": "3d"},
    "dear": {"did": "Order Completed", "avg": "total", "is": {">": 5}, "before": format_time(NOW)},
    "most": {"did": "Order Completed", "max": "total", "is": {">": 5}, "within": "3d"},
    "days": {"did": "Article*", "distinct": "@day", "is": {">=": 2}, "within": "5d"},
    "share": {"share": "*", "topic": "wine", "is": {">": 0.5}, "within": "4d"},
    "newest": {"last": "Order Completed", "within": "5d", "has": [
        {"property": "total", "op": ">", "value": 1}]},
    "then": {"did": "Article Read", "then": "Order Completed", "within": "1d", "during": "5d"},
    "left": {"did": "Article Read", "then_not": "Order Completed", "within": "1d"},
    "more": {"trend": "Article Read", "window": "1d", "is": {">": 1}},
    "best": {"top": {"did": "Article*", "within": "3d", "count": 2}},
    "active": {"trait": "scores.activity", "op": ">=", "value": 0.5},
    "liveliest": {"top": {"trait": "scores.activity", "percent": 50}},
    "city": {"trait": "city", "op": "=", "value": "Turin"},
    "today": {"trait": "ends", "op": "on_day", "value": "today"},
    "tagged": {"tag": "vip"},
    "both": {"all": [{"in_segment": "read"}, {"not": {"in_segment": "spent"}}]},
}  # fmt: skip

USERS = ["ada", "bob", "cy", "dee", "eve"]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[SmallHouse]:
    made = SmallHouse(database, tmp_path, NOW)
    yield made
    made.log.close()


@pytest.fixture
def houses(sqlite_template: Path, tmp_path: Path) -> Iterator[list[SmallHouse]]:
    """Three houses that are told the same."""
    made = []
    for name in ("held", "forgetful", "shared"):
        (tmp_path / name).mkdir()
        shutil.copy(sqlite_template, tmp_path / name)
        made.append(SmallHouse(Database.in_folder(tmp_path / name), tmp_path / name, NOW))
    yield made
    for one in made:
        one.log.close()
        one.database.close()


def lively(house: SmallHouse, level: float) -> list[Move]:
    """Give the second person a score."""
    level += house.now / DAY
    house.do(lambda work: house.profiles.fade(work, [(2, "scores.activity", level)], DAY))
    return house.recheck(2)


def step_of(draw: random.Random) -> Callable[[SmallHouse], list[Move]]:
    """Draw one step, to be done in any house."""
    kind, seed = draw.randrange(10), draw.random()
    level, later = draw.choice([0.0, 1.0, 1.7]), draw.choice([1, MINUTE, 7 * HOUR, DAY, 2 * DAY])
    ids = draw.sample(range(1, 6), 2)
    topics, size = draw.sample(["wine", "cheese"], 1), draw.randrange(1, 5)

    def receive(house: SmallHouse) -> list[Move]:
        own = random.Random(seed)
        return house.receive([_random_event(house, own) for _ in range(size)])

    def wake(house: SmallHouse) -> list[Move]:
        house.now += later
        return house.wake()

    def join(house: SmallHouse) -> list[Move]:
        heads = house.do(lambda work: house.profiles.heads(work, ids))
        one, other = sorted(heads.values())
        return [] if one == other else house.join(one, other)

    if kind < 5:
        return receive
    if kind < 8:
        return wake
    return (
        join if level else lambda house: lively(house, later / DAY) if kind == 8
        else house.retag("barolo", *topics)
    )  # fmt: skip


def told(moves: Sequence[Move]) -> list[tuple[Any, ...]]:
    return sorted((m.segment, m.profile, m.entered, m.at, m.backfill) for m in moves)


def everybody(house: SmallHouse) -> dict[str, set[int]]:
    return {slug: house.members(slug) for slug in RULES}


@pytest.mark.parametrize("seed", [2])
def test_a_cache_lost_or_shared_at_any_time_changes_nothing(
    houses: list[SmallHouse], seed: int
) -> None:
    """One holds its cache, one forgets it, in one two processes take turns as it falls."""
    draw = random.Random(seed)
    held, forgetful, shared = houses
    processes = [shared.segments, other_process(shared)]
    for house in houses:
        for slug, rule in RULES.items():
            house.define(slug, rule)
        house.receive([house.track(user, "Article Read", item="brie") for user in USERS])
    for number in range(12):
        step = step_of(draw)
        expected = told(step(held))
        if draw.random() < 0.6:
            forgetful.segments.engine.forget()
        assert told(step(forgetful)) == expected, f"forgotten, step {number}"
        shared.segments = draw.choice(processes)
        assert told(step(shared)) == expected, f"shared, step {number}"
        assert everybody(held) == everybody(forgetful) == everybody(shared)
    assert [house.differences() for house in houses] == [{}, {}, {}]
    assert [house.untold() for house in houses] == [{}, {}, {}]
    for house in houses:
        house.replayed()


def other_process(house: SmallHouse) -> Segments:
    return Segments(house.profiles, house.catalog, house.log, ZONE)


class Crash(Exception):
    """The process dies before it commits."""


def crash(house: SmallHouse, act: Callable[[Work], object]) -> None:
    def then_die(work: Work) -> None:
        act(work)
        raise Crash

    with pytest.raises(Crash):
        house.do(then_die)


def carried(house: SmallHouse, events: Sequence[Event]) -> Callable[[Work], object]:
    def carry(work: Work) -> list[Move]:
        fresh = house.log.append(work, house.profiles.recognise(work, events))
        changes = house.profiles.learn(work, fresh)
        return house.segments.reconsider(work, fresh, changes.touched)

    return carry


def test_a_batch_that_was_rolled_back_leaves_no_trace(house: SmallHouse) -> None:
    house.define("read", {"did": "Article Read", "count": {"<=": 1}})
    house.define("twice", {"did": "Article Read", "count": {">=": 2}})
    house.receive([house.track("ada", "Article Read")])
    events = [house.track("ada", "Article Read"), house.track("bob", "Article Read")]
    crash(house, carried(house, events))
    assert (house.members("read"), house.members("twice")) == ({1}, set())
    assert house.wake() == []
    moves = house.receive(events)
    assert [(m.segment, m.profile, m.entered) for m in moves] == [
        ("read", 1, False), ("read", 2, True), ("twice", 1, True),
    ]  # fmt: skip
    assert house.differences() == {} and house.untold() == {}


def test_time_that_passed_in_vain_passes_again(house: SmallHouse) -> None:
    house.define("read", {"did": "Article Read", "within": "1d"})
    house.receive([house.track("ada", "Article Read")])
    house.now += DAY + 1
    crash(house, house.segments.wake)
    assert house.members("read") == {1}
    assert house.do(house.segments.next_due) == NOW + DAY + 1
    assert [(m.profile, m.entered) for m in house.wake()] == [(1, False)]
    assert house.members("read") == set() and house.untold() == {}


def test_a_clock_set_back_after_a_crash_is_followed(house: SmallHouse) -> None:
    house.define("twice", {"did": "Article Read", "within": "1d", "count": {">=": 2}})
    house.receive([house.track("ada", "Article Read")])
    house.now += 2 * DAY
    crash(house, house.segments.wake)
    house.now = NOW + HOUR
    assert [m.entered for m in house.receive([house.track("ada", "Article Read")])] == [True]
    assert house.differences() == {}


def test_who_leads_no_more_takes_no_place_in_a_rank(house: SmallHouse) -> None:
    house.define("best", {"top": {"did": "Article Read", "count": 2}})
    house.receive([house.track(user, "Article Read") for user in ("ada", "bob", "bob", "cy")])
    house.receive([house.track("cy", "Article Read"), house.track("bob", "Article Read")])
    assert house.members("best") == {2, 3}
    house.join(1, 2)
    assert house.members("best") == {1, 3} and house.differences() == {}


def test_a_definition_that_was_rolled_back_leaves_no_trace(house: SmallHouse) -> None:
    house.define("read", {"did": "Article Read"})
    house.receive([house.track("ada", "Article Read"), house.track("bob", "Page Viewed")])
    crash(house, lambda work: house.segments.define(work, "read", {"did": "Page Viewed"}))
    assert house.members("read") == {1}
    assert house.wake() == []
    assert [m.profile for m in house.receive([house.track("cy", "Article Read")])] == [3]
    assert house.members("read") == {1, 3} and house.differences() == {}


def test_a_list_that_begins_with_a_short_window_is_read_anew_for_a_longer_one(
    house: SmallHouse,
) -> None:
    house.receive([house.track("ada", "Article Read")])
    house.now += 5 * DAY
    house.do(house.log.flush)
    house.define("day", {"did": "Article Read", "within": "1d"})
    house.receive([house.track("bob", "Article Read")])
    assert house.members("day") == {2}
    house.define("month", {"did": "Article Read", "within": "30d"})
    house.define("pair", {"did": "Article Read", "then": "Page Viewed", "during": "30d"})
    house.receive([house.track("ada", "Page Viewed")])
    assert house.members("month") == {1, 2} and house.members("pair") == {1}
    house.now += 26 * DAY
    house.wake()
    assert house.members("month") == {2} and house.differences() == {}


def test_another_process_notices_what_was_learnt_and_defined(house: SmallHouse) -> None:
    first, second = house.segments, other_process(house)
    house.define("read", {"did": "Article Read"})
    house.receive([house.track("ada", "Article Read")])
    house.segments = second
    assert house.wake() == []
    assert [m.profile for m in house.receive([house.track("bob", "Article Read")])] == [2]
    house.segments = first
    assert [m.profile for m in house.receive([house.track("cy", "Article Read")])] == [3]
    house.define("read", {"did": "Article Read", "count": {">=": 2}})
    house.segments = second
    assert [m.profile for m in house.receive([house.track("bob", "Article Read")])] == [2]
    assert house.members("read") == {2} and house.differences() == {} and house.untold() == {}


def test_what_time_brought_in_one_process_another_does_not_bring_again(house: SmallHouse) -> None:
    first, second = house.segments, other_process(house)
    house.define("read", {"did": "Article Read", "within": "1d"})
    house.define("rest", {"not": {"in_segment": "read"}})
    house.receive([house.track("ada", "Article Read")])
    house.segments = second
    assert house.wake() == []
    house.now += DAY + 1
    assert [(m.segment, m.entered) for m in house.wake()] == [("read", False), ("rest", True)]
    house.segments = first
    house.now += 1
    assert house.wake() == []
    assert house.members("rest") == {1} and house.untold() == {}
    house.replayed()


def test_defining_the_same_again_moves_nobody_and_deleting_all(house: SmallHouse) -> None:
    rule = {"did": "Article Read", "within": "1d"}
    house.define("read", rule)
    house.receive([house.track("ada", "Article Read")])
    assert house.define("read", rule) == house.define("read", dict(rule)) == []
    house.define("too", rule)
    assert [m.entered for m in house.do(lambda w: house.segments.delete(w, "read"))] == [False]
    house.receive([house.track("bob", "Article Read")])
    assert [(m.profile, m.entered) for m in house.define("read", rule)] == [(1, True), (2, True)]
    house.now += DAY + 1
    assert {(m.segment, m.profile) for m in house.wake()} == {
        (slug, who) for slug in ("read", "too") for who in (1, 2)
    }
    assert house.differences() == {} and house.untold() == {}


@pytest.mark.parametrize("when", ["loaded", "fresh"])
def test_numbers_too_large_to_sum_up_are_left_to_the_readers(house: SmallHouse, when: str) -> None:
    rules: dict[str, dict[str, Any]] = {
        "sum": {"did": "Paid", "sum": "total", "is": {">": 2**46 - 1}},
        "avg": {"did": "Paid", "avg": "total", "is": {"=": 2**45}},
        "best": {"top": {"did": "Paid", "sum": "total", "count": 1}},
        "any": {"did": "Paid"},
    }
    if when == "loaded":
        house.receive([house.track("ada", "Paid", total=2**45), house.track("bob", "Paid")])
    for slug, rule in rules.items():
        house.define(slug, rule)
    if when == "fresh":
        house.receive([house.track("ada", "Paid", total=1), house.track("bob", "Paid")])
        house.receive([house.track("ada", "Paid", total=2**45 - 1, ago=HOUR)])
    house.receive([house.track("bob", "Paid", total=2**45) for _ in range(2)])
    found = {slug: house.members(slug) for slug in rules}
    expected = {1, 2} if when == "loaded" else {2}
    assert found == {"sum": {2}, "avg": expected, "best": {2}, "any": {1, 2}}
    assert house.differences() == {} and house.untold() == {}


def test_a_trait_that_turns_out_sealed_is_left_to_the_readers(house: SmallHouse) -> None:
    house.define("turin", {"trait": "city", "op": "=", "value": "Turin"})
    house.define("there", {"trait": "city", "op": "exists"})
    house.define("read", {"did": "Article Read"})
    house.receive([house.identify("ada", city="Turin"), house.track("bob", "Article Read")])
    house.receive([house.identify("bob", city="ask bob@example.com")])
    assert house.members("turin") == {1} and house.members("there") == {1, 2}
    assert house.differences() == {}
    [left, entered] = house.receive([house.identify("ada", city="Milan"),
                                     house.identify("bob", city="Turin")])  # fmt: skip
    assert [(m.segment, m.profile, m.entered) for m in (left, entered)] == [
        ("turin", 1, False), ("turin", 2, True),
    ]  # fmt: skip
    assert house.members("read") == {2} and house.differences() == {} and house.untold() == {}


def test_of_events_at_one_moment_the_last_to_arrive_is_the_newest_of_a_merged_person(
    house: SmallHouse,
) -> None:
    house.define("pro", {"last": "Plan", "has": [{"property": "of", "op": "=", "value": "pro"}]})
    house.receive([house.track("ada", "Page Viewed"), house.track("bob", "Plan", of="free")])
    house.receive([house.track("ada", "Plan", of="pro")])
    house.join(1, 2)
    assert house.differences() == {}
    assert house.members("pro") == {1}


def test_an_hour_that_the_clock_comes_back_to_counts_once(house: SmallHouse) -> None:
    """In Chatham it is 3:45 at the end of summer, and then 2:45: the hours are 3, 2 and 3."""
    back = NOW + 93 * DAY + 14 * HOUR
    house.segments = Segments(house.profiles, house.catalog, house.log, zone("Pacific/Chatham"))
    house.define("hours", {"did": "Article Read", "distinct": "@hour", "is": {"=": 2}})
    house.now = back + HOUR
    for moment in (back - 30 * MINUTE, back, back + 30 * MINUTE):
        house.receive([house.track("ada", "Article Read", ago=house.now - moment)])
    assert house.members("hours") == {1} and house.differences() == {}


class Ear:
    """Hears every move that the road brings."""

    name = "ear"

    def __init__(self) -> None:
        self.heard: list[Move] = []

    def hear(self, _work: Work, _events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:
        self.heard += moves
        return []

    def wake(self, _work: Work) -> list[Event]:
        return []

    def next_due(self, _work: Work) -> int | None:
        return None


def test_history_laid_by_columns_moves_as_backfill(tmp_path: Path) -> None:
    file, ear = tmp_path / "rows.csv", Ear()
    lines = [f"o{n},u{n % 3},Bought,2025-12-{1 + n:02d}" for n in range(9)]
    file.write_text("\n".join(["id,uid,what,when", *lines]))
    file_map = parse_map({
        "kind": "events", "event": "what", "user_id": "uid", "message_id": "id",
        "timestamp": "when",
    })  # fmt: skip
    with House(at="2026-01-01T00:00:00Z") as house:
        house.define_segment("drinkers", {"did": "Bought"})
        house.app.inbound.listeners = [*house.app.inbound.listeners, ear]
        road = Importer(house.app.inbound, house.app.catalog, house.app.zone)
        road.take_in(COMMAND, file, file_map, "s", house.app.clock.now())
        house.receive([{"type": "track", "userId": "live", "event": "Bought"}])
        moves = [m for m in ear.heard if m.segment == "drinkers"]
        assert sorted(m.backfill for m in moves) == [False, True, True, True]
        assert house.members("drinkers") == {"u0", "u1", "u2", "live"}
