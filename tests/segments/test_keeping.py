"""Populations when people turn out to be one, part again, or are erased."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from coterie.core.actor import COMMAND
from coterie.core.event import Move
from coterie.storage.database import Database
from segments.house import SmallHouse

NOW = 1_767_225_600_000
READERS = {"did": "Article Read", "count": {">=": 2}}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[SmallHouse]:
    """Ada and Bob have read twice, Cleo once."""
    made = SmallHouse(database, tmp_path, NOW)
    made.define("readers", READERS)
    for user in ("ada", "bob", "ada", "bob", "cleo"):
        made.receive([made.track(user, "Article Read")])
    yield made
    made.log.close()


def person(house: SmallHouse, user: str) -> int:
    found: Any = house.do(lambda work: house.profiles.find(work, "user_id", user))
    assert isinstance(found, int)
    return found


def apart(house: SmallHouse, one: int) -> list[Move]:
    """Take a person's own first identity out of whoever she is with."""

    def hers(work: Any) -> tuple[int, list[int]]:
        head = house.profiles.heads(work, [one])[one]
        known = house.profiles.identities_of(work, head)
        return head, [each.id for each in known if each.came_with == one]

    head, out = house.do(hers)
    return house.take_apart(head, out)


def test_who_leads_no_more_leaves_without_a_word(house: SmallHouse) -> None:
    ada, bob = person(house, "ada"), person(house, "bob")
    house.now += 1
    assert house.join(ada, bob) == []
    assert house.members("readers") == {ada}
    assert house.untold() == {}
    with house.database.read(COMMAND, house.now) as work:
        assert house.segments.latest(work, "readers", entered=False) == []
        assert [one.entered for one in house.segments.changes(work, ada)] == [True, True]
        assert set(house.segments.population(work, READERS)) == {ada}


def test_the_parted_enters_like_a_new_one(house: SmallHouse) -> None:
    ada, bob = person(house, "ada"), person(house, "bob")
    house.join(ada, bob)
    house.now += 1
    (move,) = apart(house, bob)
    assert (move.profile, move.entered, move.at) == (bob, True, house.now)
    assert house.members("readers") == {ada, bob}
    assert house.differences() == {} and house.untold() == {}


def test_what_two_did_together_moves_the_head_and_back(house: SmallHouse) -> None:
    house.receive([house.track("dan", "Article Read")])
    cleo, dan = person(house, "cleo"), person(house, "dan")
    (entered,) = house.join(cleo, dan)
    assert (entered.profile, entered.entered) == (cleo, True)
    (left,) = apart(house, dan)
    assert (left.profile, left.entered) == (cleo, False)


def test_who_is_erased_is_in_no_population_and_the_sizes_of_the_past_stay(
    house: SmallHouse,
) -> None:
    ada, bob = person(house, "ada"), person(house, "bob")
    handed = house.do(lambda work: house.segments.hand_out(work, ada))
    assert [one["segment"] for one in handed["segments"]] == ["readers"]
    assert [one["entered"] for one in handed["moves"]] == [True]
    house.now += 1
    assert house.do(lambda work: house.segments.erase(work, [ada])) == {
        "segments": 1, "list_versions": 0,
    }  # fmt: skip
    again = house.do(lambda work: house.segments.erase(work, [ada]))
    assert set(again.values()) == {0}
    assert house.members("readers") == {bob}
    told = house.do(lambda work: house.segments.history(work, "readers"))
    assert [one.size for one in told] == [2, 1]


@pytest.mark.parametrize("backfill", [False, True])
def test_what_history_tells_of_who_is_who_starts_nothing(house: SmallHouse, backfill: bool) -> None:
    house.receive([house.track("dan", "Article Read")])
    told = house.alias("dan", "cleo")
    (move,) = house.receive([msgspec.structs.replace(told, backfill=backfill)])
    assert (move.entered, move.backfill) == (True, backfill)
