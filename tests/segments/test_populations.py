"""Populations that are kept in memory: never other than asked anew, and seldom asked anew."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Invalid
from coterie.segments import populations
from coterie.segments.populations import Populations
from coterie.storage.database import Database
from segments.house import SmallHouse
from segments.test_service import RULES, USERS, _random_step

NOW = 1_767_225_600_000


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[SmallHouse]:
    made = SmallHouse(database, tmp_path, NOW)
    yield made
    made.log.close()


def _ask(house: SmallHouse, rule: dict[str, Any]) -> set[int]:
    with house.database.read(COMMAND, house.now) as work:
        return set(house.segments.population(work, rule))


def _anew(house: SmallHouse, rule: dict[str, Any]) -> set[int]:
    """Ask with nothing kept."""
    kept = house.segments.populations
    house.segments.populations = Populations(kept.reader, kept.stirring)
    found = _ask(house, rule)
    house.segments.populations = kept
    return found


def test_what_is_kept_is_what_would_be_found_anew(house: SmallHouse) -> None:
    draw = random.Random(7)
    for slug, rule in RULES.items():
        house.define(slug, rule)
    house.receive([house.track(user, "Article Read", item="brie") for user in USERS])
    asked = [rule for slug, rule in RULES.items() if slug not in ("everyone", "silent")]
    for _ in range(6 if house.database.dialect == "sqlite" else 2):
        _random_step(house, draw)
        for _ in range(2):
            for rule in draw.sample(asked, 6):
                assert _ask(house, rule) == _anew(house, rule), rule
            house.now += draw.choice([0, 1, HOUR, 12 * HOUR, DAY])


def test_a_page_that_asks_again_is_answered_from_memory(house: SmallHouse) -> None:
    house.receive([house.track("ada", "Article Read")])
    rule = {"did": "Article Read", "within": "1d"}
    assert _ask(house, rule) == {1}
    house.segments.populations.reader = None  # type: ignore[assignment]
    house.now += DAY
    assert _ask(house, rule) == {1}


def test_time_passing_an_edge_is_noticed(house: SmallHouse) -> None:
    house.receive([house.track("ada", "Article Read")])
    rule = {"did": "Article Read", "within": "1d"}
    for later, expected in ((0, {1}), (1, {1}), (DAY, {1}), (DAY + 1, set()), (DAY + 2, set())):
        house.now = NOW + later
        assert _ask(house, rule) == expected


def test_an_answer_given_to_one_may_be_changed_by_her(house: SmallHouse) -> None:
    house.receive([house.track("ada", "Article Read")])
    with house.database.read(COMMAND, house.now) as work:
        house.segments.population(work, {"everyone": True}).clear()
        assert set(house.segments.population(work, {"everyone": True})) == {1}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # they are kept in memory
def test_only_so_many_answers_are_kept(house: SmallHouse) -> None:
    house.receive([house.track("ada", "Article Read")])
    for number in range(populations.KEPT + 3):
        _ask(house, {"bucket": {"salt": str(number), "from": 0, "to": 1}})
    assert len(house.segments.populations._kept) == populations.KEPT


def test_what_cannot_be_asked_is_refused(house: SmallHouse) -> None:
    with pytest.raises(Invalid, match="there is no segment 'x'"):
        _ask(house, {"in_segment": "x"})


def test_several_rules_are_asked_together_and_a_wrong_one_is_named(house: SmallHouse) -> None:
    house.receive([house.track("ada", "Article Read"), house.track("bob", "Article Shared")])
    read, shared = {"did": "Article Read"}, {"did": "Article Shared"}
    _ask(house, read)
    with house.database.read(COMMAND, house.now) as work:
        found = house.segments.of_parts(work, [shared, {"did": ""}, read, shared])
    assert [set(one) if not isinstance(one, Invalid) else one.path for one in found] == [
        {2}, "did", {1}, {2},
    ]  # fmt: skip
