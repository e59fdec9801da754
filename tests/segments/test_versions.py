"""Versions, what a change would do, who uses a segment, and how it grew."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.segments.definition import DaySize
from coterie.storage.database import Database
from segments.house import SmallHouse

NOW = 1_767_225_600_000
"""Eight in the morning of 1 January 2026 in Shanghai."""


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[SmallHouse]:
    made = SmallHouse(database, tmp_path, NOW)
    yield made
    made.log.close()


def _readers(house: SmallHouse, **times: int) -> None:
    """Let people read so many articles each; profiles are numbered in their order."""
    house.receive([
        house.track(user, "Article Read") for user, count in times.items() for _ in range(count)
    ])  # fmt: skip


def _often(count: int) -> dict[str, object]:
    return {"did": "Article Read", "count": {">=": count}}


def test_every_version_is_kept_and_an_old_one_comes_back_as_a_new_one(house: SmallHouse) -> None:
    _readers(house, ada=1, bob=3)
    house.define("readers", _often(1))
    house.now += HOUR
    house.define("readers", _often(2))
    moves = house.do(lambda work: house.segments.restore(work, "readers", 1))
    assert [(move.profile, move.entered) for move in moves] == [(1, True)]
    versions = house.do(lambda work: house.segments.versions(work, "readers"))
    assert [(one.version, one.rule, one.defined_at - NOW) for one in versions] == [
        (3, _often(1), HOUR), (2, _often(2), HOUR), (1, _often(1), 0),
    ]  # fmt: skip
    assert house.members("readers") == {1, 2}


def test_there_is_no_version_and_no_segment_that_there_never_was(house: SmallHouse) -> None:
    house.define("readers", _often(1))
    with pytest.raises(NotFound, match="no version 7"):
        house.do(lambda work: house.segments.restore(work, "readers", 7))
    with pytest.raises(NotFound, match="no segment 'writers'"):
        house.do(lambda work: house.segments.versions(work, "writers"))


def test_two_who_edit_at_once_do_not_overwrite_each_other(house: SmallHouse) -> None:
    house.do(lambda work: house.segments.define(work, "readers", _often(1), after=0))
    house.do(lambda work: house.segments.define(work, "readers", _often(2), after=1))
    with pytest.raises(Conflict, match="changed by somebody else"):
        house.do(lambda work: house.segments.define(work, "readers", _often(3), after=0))
    with pytest.raises(Conflict, match="changed by somebody else"):
        house.do(lambda work: house.segments.define(work, "readers", _often(3), after=1))
    assert house.do(lambda work: house.segments.get(work, "readers")).rule == _often(2)


def test_a_change_tells_who_would_stay_enter_and_leave_and_publishes_nothing(
    house: SmallHouse,
) -> None:
    _readers(house, ada=1, bob=2, cy=3)
    house.receive([house.track("dee", "Page Viewed")])
    house.define("readers", _often(2))
    rule = {"any": [_often(3), {"did": "Page Viewed"}]}
    effect = house.do(lambda work: house.segments.effect(work, "readers", rule))
    assert (set(effect.stay), set(effect.enter), set(effect.leave)) == ({3}, {4}, {2})
    assert effect.size == 2
    assert house.members("readers") == {2, 3}
    assert house.do(lambda work: house.segments.get(work, "readers")).version == 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"in_segment": "readers"}, "circle"),
        ({"in_segment": "nobody"}, "there is no segment 'nobody'"),
        ({"trait": "email", "op": "contains", "value": "@"}, "sealed"),
        ({"did": ""}, "must be text"),
    ],
)
def test_what_cannot_be_defined_has_no_effect_either(
    house: SmallHouse, rule: object, said: str
) -> None:
    house.define("readers", _often(1))
    with pytest.raises(Invalid, match=said):
        house.do(lambda work: house.segments.effect(work, "readers", rule))


def test_using_names_those_who_refer_to_it_themselves(house: SmallHouse) -> None:
    house.define("readers", _often(1))
    house.define("others", {"not": {"in_segment": "readers"}})
    house.define("far", {"in_segment": "others"})
    assert house.do(lambda work: house.segments.using(work, "readers")) == ["others"]
    assert house.do(lambda work: house.segments.using(work, "far")) == []


def test_growth_counts_days_of_the_brand_and_begins_with_the_segment(house: SmallHouse) -> None:
    house.now = NOW - 2 * DAY
    house.define("readers", {"did": "Article Read", "within": "1d"})
    _readers(house, ada=1, bob=1)
    house.now = NOW - 9 * HOUR  # 23:00 of 31 December in Shanghai
    house.wake()
    _readers(house, cy=1)
    house.now = NOW - 7 * HOUR  # 01:00 of 1 January
    _readers(house, dee=1)
    growth = house.do(lambda work: house.segments.growth(work, ["readers", "gone"], 30))
    assert set(growth) == {"readers"}
    assert growth["readers"] == [
        DaySize(date(2025, 12, 30), NOW - 2 * DAY - 8 * HOUR, 2, 2, 0),
        DaySize(date(2025, 12, 31), NOW - DAY - 8 * HOUR, 1, 1, 2),
        DaySize(date(2026, 1, 1), NOW - 8 * HOUR, 2, 1, 0),
    ]
    short = house.do(lambda work: house.segments.growth(work, ["readers"], 2))
    assert [day.size for day in short["readers"]] == [1, 2]


def test_the_latest_to_enter_and_to_leave_come_first(house: SmallHouse) -> None:
    house.define("readers", {"did": "Article Read", "within": "1d"})
    _readers(house, ada=1)
    house.now += HOUR
    _readers(house, bob=1)
    house.now += DAY
    house.wake()

    def told(entered: bool, limit: int) -> list[tuple[int, int]]:
        found = house.do(
            lambda work: house.segments.latest(work, "readers", entered=entered, limit=limit)
        )
        return [(change.profile, change.at - NOW) for change in found]

    assert told(True, 9) == [(2, HOUR), (1, 0)]
    assert told(False, 1) == [(1, DAY + HOUR)]
