"""Scores that halve with time: values to the last digit, and nobody's fall is missed."""

import math
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR
from coterie.profiles.fading import value_at
from coterie.segments.engine.faded import Faded, Horizon, Levels, faded_of
from coterie.segments.engine.postings import People
from coterie.segments.model import Condition
from coterie.segments.person.operators import Frame, holds

NOW = 1_767_225_600_000
HALF_LIVES = st.sampled_from([1_000, HOUR, 30 * DAY])
VALUES = st.one_of(
    st.floats(1e-7, 4.0),
    st.sampled_from([0.25, 0.5, 1.0, 2.0, 0.499999, 0.4999995, 0.5000005, 1e6, 5e-7, 1e12]),
    st.integers(0, 3_000_000).map(lambda steps: (steps + 0.5) * 1e-6),
    st.integers(10**11, 10**16).map(lambda steps: (steps + 0.5) * 1e-6),
)


def people(*profiles: int) -> People:
    return np.array(profiles, np.int32)


def level_of(value: float, half_life: int, moment: int, nudge: int = 0) -> float:
    level = math.log2(value) + moment / half_life
    for _ in range(abs(nudge)):
        level = math.nextafter(level, math.copysign(math.inf, nudge))
    return level


def learn(levels: Levels, whom: People, known: Mapping[int, float], half_life: int) -> None:
    """Tell levels of people as the database does: who has one, and which."""
    levels.learn(whom, people(*known), np.array([*known.values()], np.float64), half_life)


def levels_of(half_life: int, *given_in: float | None) -> Levels:
    made = Levels()
    known = {who: one for who, one in enumerate(given_in) if one is not None}
    learn(made, people(*range(len(given_in))), known, half_life)
    return made


@settings(max_examples=100)
@given(
    st.lists(st.tuples(VALUES, st.integers(-2, 2)), min_size=1, max_size=8),
    HALF_LIVES, st.sampled_from([0, NOW, NOW + 1]),
)  # fmt: skip
def test_values_are_rounded_as_everybody_sees_them(
    wanted: list[tuple[float, int]], half_life: int, now: int
) -> None:
    levels = [level_of(value, half_life, now, nudge) for value, nudge in wanted]
    found = levels_of(half_life, *levels).values(people(*range(len(levels))), now)
    assert found.tolist() == [value_at(level, half_life, now) for level in levels]


NEAR = st.builds(lambda steps, part: (steps + part) * 1e-6, st.integers(0, 4) | st.integers(
    10**6 - 2, 10**6 + 2), st.sampled_from([-0.5, -0.49999, 0.0, 0.3, 0.5, 0.50001]))  # fmt: skip
SCORES = st.lists(st.none() | VALUES | NEAR.filter(lambda one: one > 0), min_size=1, max_size=6)
NUMBERS = st.sampled_from([0, -1, 1e-6, 3e-6, 5e-7, 0.25, 0.999999, 1, 1.000001, 7])


@settings(max_examples=300)
@given(
    SCORES, HALF_LIVES,
    st.tuples(st.sampled_from(["=", "!=", ">", ">=", "<", "<="]), NUMBERS)
    | st.tuples(st.sampled_from(["between", "not_between"]), st.tuples(NUMBERS, NUMBERS)),
)  # fmt: skip
def test_levels_say_of_a_score_what_the_operators_say_of_its_value(
    scores: list[float | None], half_life: int, asked: tuple[str, Any]
) -> None:
    levels, now = Levels(), NOW
    known = {
        who: level_of(one, half_life, now) for who, one in enumerate(scores) if one is not None
    }
    learn(levels, people(*range(6)), known, half_life)
    condition = Condition("scores.activity", *asked)
    leaf = faded_of(condition, lambda _: levels)
    assert leaf is not None
    seen = {who: value_at(level, half_life, now) for who, level in known.items()}
    expected = [holds(condition, seen.get(who), Frame(now, ZoneInfo("UTC"))) for who in range(6)]
    assert leaf.meets(people(*range(6)), now).tolist() == expected


def test_who_has_no_level_has_no_value_and_levels_are_let_go_of() -> None:
    levels = levels_of(DAY, 1.0, None)
    assert np.isnan(levels.values(people(1, 99), 0)).all()
    learn(levels, people(0, 1), {1: 2.0}, DAY)
    assert np.isnan(levels.values(people(0), 0)).all()
    assert levels.values(people(1), 0).tolist() == [4.0]
    nobody = Levels()
    assert np.isnan(nobody.values(people(0), 0)).all()


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 500, HOUR - 1, HOUR, HOUR + 1, 5 * HOUR, 40 * DAY]),
        st.dictionaries(st.integers(0, 4), st.none() | VALUES, max_size=2),
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=80)
@given(
    st.lists(VALUES, max_size=5), STEPS, HALF_LIVES,
    st.sampled_from([5e-7, 1e-6, 0.25, 0.5, 1.0, 1.3]),
)  # fmt: skip
def test_a_horizon_misses_nobody_who_falls_below(
    first: list[float], steps: list[tuple[int, dict[int, float | None]]], half_life: int,
    threshold: float,
) -> None:  # fmt: skip
    now = NOW
    known = {who: level_of(value, half_life, now) for who, value in enumerate(first)}
    levels, horizon = Levels(), Horizon(threshold)
    learn(levels, people(*range(5)), known, half_life)
    for later, others in steps:
        before, now = now, now + later
        for who, value in others.items():  # their answers are asked anew beside the horizon
            known.pop(who, None)
            if value is not None:
                known[who] = level_of(value, half_life, now)
        whom = people(*sorted(others))
        learn(levels, whom, {who: known[who] for who in others if who in known}, half_life)
        horizon.learn(whom, levels)
        passed = set(horizon.passed(before, now, levels).tolist())
        fell = {
            who
            for who, level in known.items()
            if value_at(level, half_life, before) >= threshold > value_at(level, half_life, now)
        }
        assert fell - set(others) <= passed
        _check_next(horizon, levels, known, half_life, now)


def test_who_came_near_meanwhile_is_waited_for() -> None:
    levels, horizon = levels_of(HOUR, 9.0, 9.0), Horizon(1.0)
    assert horizon.passed(0, 1, levels).tolist() == []
    learn(levels, people(1), {1: 0.5}, HOUR)
    horizon.learn(people(1), levels)
    assert horizon.passed(1, HOUR // 2 - 100, levels).tolist() == []
    assert horizon.passed(HOUR // 2 - 100, HOUR // 2 + 100, levels).tolist() == [1]
    assert horizon.passed(HOUR // 2 + 100, HOUR, levels).tolist() == []


def _check_next(
    horizon: Horizon, levels: Levels, known: dict[int, float], half_life: int, now: int
) -> None:
    above = [one for one in known.values() if value_at(one, half_life, now) >= horizon.threshold]
    turn = horizon.next(now, levels)
    if not above:
        assert turn is None
        return
    assert turn is not None and turn > now
    assert all(value_at(one, half_life, turn - 1) >= horizon.threshold for one in above)
    assert any(value_at(one, half_life, turn) < horizon.threshold for one in above)


@pytest.mark.parametrize(
    ("op", "value", "met"),
    [
        (">=", 0.5, [0, 1]),
        (">", 0.5, [1]),
        ("<", 0.5, []),
        ("<=", 0.5, [0]),
        ("=", 0.5, [0]),
        ("!=", 0.5, [1, 2]),
        ("between", (0.5, 0.75), [0]),
        ("not_between", (0.5, 0.75), [1, 2]),
    ],
)
def test_who_has_no_score_meets_only_what_is_denied(op: str, value: object, met: list[int]) -> None:
    leaf = faded_of(
        Condition("scores.activity", op, value), lambda _: levels_of(DAY, -1.0, 1.0, None)
    )
    assert leaf is not None
    assert np.flatnonzero(leaf.meets(people(0, 1, 2), 0)).tolist() == met


def test_a_leaf_turns_when_the_first_of_its_numbers_is_crossed() -> None:
    levels = levels_of(DAY, 1.0)
    leaf = faded_of(Condition("scores.activity", "between", (0.5, 1.0)), lambda _: levels)
    assert isinstance(leaf, Faded)
    turn = leaf.next_turn(0)
    assert turn is not None
    assert not leaf.meets(people(0), turn - 1).any() and leaf.meets(people(0), turn).all()
    assert set(leaf.passed(turn - 1, turn).tolist()) == {0}


@pytest.mark.parametrize("value", ["0.5", True, None, (1, "2")])
def test_what_arrays_cannot_compare_is_left_to_the_readers(value: object) -> None:
    op = "between" if isinstance(value, tuple) else ">="
    assert faded_of(Condition("scores.activity", op, value), lambda _: Levels()) is None
    assert faded_of(Condition("scores.activity", "exists"), lambda _: Levels()) is None
