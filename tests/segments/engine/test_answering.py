"""What arrays answer of many values is what the operators say of each."""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY
from coterie.segments.engine.answering import Different, answers
from coterie.segments.model import Condition
from coterie.segments.person.operators import Frame, holds

NOW = 1_767_225_600_000
ZONE = ZoneInfo("America/New_York")

NUMBERS = (
    st.integers(-3, 3)
    | st.sampled_from(
        [0.1, -0.0, 0.30000000000000004, 2**53, 2**53 + 1, 2**53 + 2, -(2**60), 1e300]
    )
    | st.floats(allow_nan=False, allow_infinity=False)
)
MOMENTS = st.builds(lambda days, ms: NOW + days * DAY + ms, st.integers(-3, 3), st.integers(-2, 2))
VALUES = NUMBERS | MOMENTS | st.sampled_from([
    None, "", "1", "0.30000000000000004", "1e300", "today", True, False, [], [1], {"a": 1},
    "2026-01-01", "2025-12-31T23:59:59.999-05:00", "9007199254740993",
])  # fmt: skip
WANTED = NUMBERS | MOMENTS | st.sampled_from(["1", "today", True, "2026-01-01"])
WORDS = st.sampled_from(["today", "tomorrow", "-1 days", "2026-01-01", "this month"])
LENGTHS = st.integers(0, 3 * DAY)

TESTS = st.one_of(
    st.builds(Condition, st.just("x"), st.sampled_from(["=", "!=", ">", ">=", "<", "<="]), WANTED),
    st.builds(Condition, st.just("x"), st.sampled_from(["between", "not_between"]),
              st.tuples(WANTED, WANTED)),
    st.builds(Condition, st.just("x"), st.sampled_from(["before", "after"]), MOMENTS | WORDS),
    st.builds(Condition, st.just("x"), st.just("on_day"), WORDS),
    st.builds(lambda op, length: Condition("x", op, duration=length),
              st.sampled_from(["within_last", "within_next"]), LENGTHS),
    st.sampled_from([Condition("x", "exists"), Condition("x", "missing")]),
)  # fmt: skip


@settings(max_examples=400)
@given(TESTS, st.lists(st.lists(VALUES, max_size=6), min_size=1, max_size=3))
@example(Condition("x", "=", 2**53), [[2**53 + 1, float(2**53)]])
def test_arrays_say_what_the_operators_say(condition: Condition, portions: list[list[Any]]) -> None:
    different, frame = Different(), Frame(NOW, ZONE)
    for portion in portions:
        since = len(different.values)
        different.values += portion
        for place in (0, since):
            found = answers(condition, different, frame, since=place)
            assert found.dtype == np.bool_
            expected = [holds(condition, value, frame) for value in different.values[place:]]
            assert found.tolist() == expected
