"""Who has most of a fading trait, and how many have enough of it, on both databases."""

from collections.abc import Iterator
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.profiles.fading import value_at
from coterie.profiles.ranking.service import Ranking, _lowest
from coterie.profiles.slices.service import Slices
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000
HALF = 60 * DAY
ranking = Ranking()


def level(value: float, half_life: int = HALF, at: int = NOW) -> float:
    """The level of a trait that is worth so much at a moment."""
    return log2(value) + at / half_life


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    with database.begin(COMMAND, NOW) as begun:
        Slices().fade(
            begun,
            [
                *((profile, "i.wine", level(value)) for profile, value in enumerate((4, 2, 1), 1)),
                *((profile, "i.wine/italy", level(1.5)) for profile in (1, 3)),
                (4, "i.tea", level(9)),
                (4, "activity", level(9)),
            ],
            HALF,
        )
        Slices().fade(begun, [(1, "i.quick", level(8, DAY))], DAY)
        yield begun


def test_people_are_counted_at_a_value_or_above_as_it_is_worth_now(work: Work) -> None:
    assert ranking.counts(work, "i.", 1) == {
        "i.wine": 3,
        "i.wine/italy": 2,
        "i.tea": 1,
        "i.quick": 1,
    }
    assert ranking.counts(work, "i.", 2) == {"i.wine": 2, "i.tea": 1, "i.quick": 1}
    work.now = NOW + 2 * DAY  # each half-life is heeded
    assert ranking.counts(work, "i.", 2) == {"i.wine": 1, "i.tea": 1, "i.quick": 1}
    work.now = NOW + 3 * DAY
    assert "i.quick" not in ranking.counts(work, "i.", 2)


def test_the_top_comes_first_and_goes_on_where_it_stopped(work: Work) -> None:
    assert ranking.top(work, "i.wine", 1) == [(1, 4.0), (2, 2.0), (3, 1.0)]
    assert ranking.top(work, "i.wine", 1, limit=1, offset=1) == [(2, 2.0)]
    assert ranking.top(work, "i.wine", 1.5) == [(1, 4.0), (2, 2.0)]
    assert ranking.top(work, "i.beer", 1) == []
    work.now += HALF
    assert ranking.top(work, "i.wine", 1) == [(1, 2.0), (2, 1.0)]


def test_what_the_top_of_a_trait_has_besides(work: Work) -> None:
    assert ranking.shared(work, "i.wine", "i.", 1, among=10) == {
        "i.wine": 3, "i.wine/italy": 2, "i.quick": 1
    }  # fmt: skip
    assert ranking.shared(work, "i.wine", "i.", 1, among=2) == {
        "i.wine": 2, "i.wine/italy": 1, "i.quick": 1
    }  # fmt: skip
    assert ranking.shared(work, "i.beer", "i.", 1, among=10) == {}


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_a_value_to_rank_by_is_more_than_nothing(work: Work, value: float) -> None:
    with pytest.raises(Invalid):
        ranking.counts(work, "i.", value)


@given(st.floats(-40, 40), st.floats(0.001, 1e6))
def test_a_level_counts_exactly_when_its_rounded_value_is_enough(
    above: float, asked: float
) -> None:
    asked = round(asked, 6)
    found = level(asked) + above / 1e6
    value = value_at(found, HALF, NOW)
    if abs(value - asked) > 1e-6 * max(1, asked):  # beyond what floating point may lose
        assert (found >= _lowest(asked) + NOW / HALF) == (value >= asked)


def test_who_has_enough_is_told_with_the_value_of_all_or_of_some(work: Work) -> None:
    assert sorted(ranking.having(work, "i.wine", 1.5)) == [
        ("i.wine", 1, 4.0),
        ("i.wine", 2, 2.0),
        ("i.wine/italy", 1, 1.5),
        ("i.wine/italy", 3, 1.5),
    ]
    assert ranking.having(work, "i.wine", 2, among=[2, 3]) == [("i.wine", 2, 2.0)]
    assert ranking.having(work, "i.", 1, among=[]) == []
