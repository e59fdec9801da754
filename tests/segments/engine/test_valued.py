"""Tests on plain traits: each value is asked once, and the answers are those of the operators."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR
from coterie.profiles.slices.model import Stated
from coterie.segments.engine.postings import People
from coterie.segments.engine.valued import Valued, Values, can_be_valued
from coterie.segments.model import Condition
from coterie.segments.person.operators import Frame, holds

NOW = 1_767_225_600_000
ZONE = ZoneInfo("Asia/Shanghai")

LASTING = [
    Condition("x", "=", 1), Condition("x", "=", True), Condition("x", "=", "red", fold=True),
    Condition("x", "!=", "red"), Condition("x", ">=", 0.5), Condition("x", "between", (1, 2)),
    Condition("x", "in", ("red", 1)), Condition("x", "exists"), Condition("x", "missing"),
    Condition("x", "contains", "red"), Condition("x", "none_of", ("red",)),
    Condition("x", "after", NOW),
]  # fmt: skip
TURNING = [
    Condition("x", "within_last", duration=DAY), Condition("x", "within_next", duration=HOUR),
    Condition("x", "on_day", "today"), Condition("x", "anniversary", 1),
    Condition("x", ">=", "tomorrow"), Condition("x", "=", "today"), Condition("x", "!=", "today"),
]  # fmt: skip
VALUES = st.sampled_from([
    None, 1, 1.0, "1", True, "true", 0, "Red", "red", "", [], ["red"], {"a": 1}, 1.5, "today",
    NOW, NOW - HOUR, NOW + HOUR, NOW + DAY, "2026-01-01", "2025-01-03",
])  # fmt: skip
PORTIONS = st.lists(
    st.tuples(st.dictionaries(st.integers(0, 6), VALUES), st.sampled_from([0, 1, HOUR, DAY])),
    min_size=1,
    max_size=4,
)


def people(*profiles: int) -> People:
    return np.array(profiles, np.int32)


def stated(texts: dict[int, str]) -> Stated:
    different = list(dict.fromkeys(texts.values()))
    which = [different.index(text) for text in texts.values()]
    return Stated(people(*texts), different, people(*which))


@pytest.mark.parametrize("conditions", [LASTING, TURNING], ids=["lasting", "turning"])
@settings(max_examples=40)
@given(portions=PORTIONS)
def test_answers_are_those_of_the_operators_also_for_values_learnt_later(
    conditions: list[Condition], portions: list[tuple[dict[int, Any], int]]
) -> None:
    values, known, now = Values(), dict[int, Any](), NOW
    leaves = [Valued(condition, values, frozenset()) for condition in conditions]
    for told, later in portions:
        now += later
        known |= told
        texts = {who: json.dumps(value) for who, value in told.items() if value is not None}
        values.learn(people(*sorted(told)), stated(texts))
        for leaf in leaves:
            met = leaf.meets(people(*range(9)), now, ZONE)
            expected = [holds(leaf.condition, known.get(who), Frame(now, ZONE)) for who in range(9)]
            assert met.tolist() == expected, leaf.condition


def test_millions_share_few_values() -> None:
    values = Values()
    everybody = people(*range(100))
    values.learn(everybody, stated({who: f'"{who % 3}"' for who in range(100)}))
    assert values.different.values == ["0", "1", "2"]
    assert values.of(people(1, 4, 500)).tolist() == [1, 1, -1]


@pytest.mark.parametrize(
    ("condition", "can"),
    [
        (Condition("city", "=", "Turin"), True),
        (Condition("plan.ends", "exists"), False),
        (Condition("email", "exists"), False),
        (Condition("city", "unchanged_for", duration=DAY), False),
        (Condition("city", "changed_within", duration=DAY), False),
    ],
)
def test_what_values_alone_do_not_tell_is_left_to_the_readers(
    condition: Condition, can: bool
) -> None:
    assert can_be_valued(condition, {"email"}) is can
