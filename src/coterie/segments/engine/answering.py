"""One test asked of very many different values at once.

Plain comparisons with numbers and with moments are made on arrays, which hold what can be compared
so without rounding; all else is asked of the reference (``person.operators``), value by value.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import read_moment
from coterie.segments.engine.postings import NOTHING, Flags, Ints
from coterie.segments.model import Condition
from coterie.segments.person.days import span
from coterie.segments.person.operators import COMPLEMENTS, Frame, holds

Numbers = NDArray[np.float64]

_EXACT = 2**53
"""Whole numbers up to it are floats, so floats compare as the decimals that were written."""


class Different:
    """The different values of a trait, in the order in which they came."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: Numbers = np.zeros(0)
        self._moments: Ints = np.zeros(0, np.int64)
        self._zone: ZoneInfo | None = None

    def numbers(self) -> Numbers:
        """Return each value as a number; NaN for what is none, or not exactly."""
        fresh = self.values[len(self._numbers) :]
        if fresh:
            read = [float(one) if _is_plain(one) else np.nan for one in fresh]
            self._numbers = np.concatenate([self._numbers, read])
        return self._numbers

    def moments(self, zone: ZoneInfo) -> Ints:
        """Return each value read as a moment, in ms; ``NOTHING`` for what is none."""
        if zone is not self._zone:
            self._zone, self._moments = zone, np.zeros(0, np.int64)
        fresh = self.values[len(self._moments) :]
        if fresh:
            read = [NOTHING if m is None else m for m in (read_moment(v, zone) for v in fresh)]
            self._moments = np.concatenate([self._moments, np.array(read, np.int64)])
        return self._moments


def answers(condition: Condition, different: Different, frame: Frame, since: int = 0) -> Flags:
    """Say of each value, from that at a place on, whether a test holds for it."""
    op = COMPLEMENTS.get(condition.op, condition.op)
    found = _of_numbers(op, condition.value, different, since)
    if found is None:
        found = _of_moments(op, condition, different, frame, since)
    if found is None:
        return one_by_one(condition, different.values[since:], frame)
    asked, unsure = found
    answer = asked if op == condition.op else ~asked
    rest = np.flatnonzero(unsure)
    values = [different.values[since + place] for place in rest.tolist()]
    answer[rest] = one_by_one(condition, values, frame)
    return answer


def one_by_one(condition: Condition, values: Sequence[Any], frame: Frame) -> Flags:
    """Say of each value whether a test holds for it, by the reference."""
    return np.array([holds(condition, value, frame) for value in values], np.bool_)


_Asked = tuple[Flags, Flags]
"""What arrays answered, and for which values they cannot."""

_BY_NUMBER: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def _of_numbers(op: str, wanted: Any, different: Different, since: int) -> _Asked | None:
    if op == "between" and all(map(_is_plain, wanted)):
        numbers = different.numbers()[since:]
        return (numbers >= wanted[0]) & (numbers <= wanted[1]), np.isnan(numbers)
    if op in _BY_NUMBER and _is_plain(wanted):
        numbers = different.numbers()[since:]
        return _BY_NUMBER[op](numbers, wanted), np.isnan(numbers)
    return None


def _of_moments(
    op: str, condition: Condition, different: Different, frame: Frame, since: int
) -> _Asked | None:
    bounds = _bounds(op, condition, frame)
    if bounds is None:
        return None
    moments = different.moments(frame.zone)[since:]
    first, end = bounds
    asked = moments != NOTHING
    if first is not None:
        asked &= moments >= first
    if end is not None:
        asked &= moments < end
    return asked, np.zeros(len(moments), np.bool_)


def _bounds(op: str, condition: Condition, frame: Frame) -> tuple[int | None, int | None] | None:
    """Return the first moment that a test on moments takes, and the first one that it does not."""
    if op in ("before", "after"):
        limit = condition.value
        at = span(limit, frame.now, frame.zone)[0] if isinstance(limit, str) else int(limit)
        return (None, at) if op == "before" else (at, None)
    if op == "on_day":
        return span(condition.value, frame.now, frame.zone)
    if op == "within_last":
        assert condition.duration is not None, "the parser asks for it"
        return frame.now - condition.duration, frame.now + 1
    if op == "within_next":
        assert condition.duration is not None, "the parser asks for it"
        return frame.now, frame.now + condition.duration + 1
    return None


def _is_plain(value: Any) -> bool:
    """Say whether a value is a JSON number that a float holds exactly as it was written."""
    if isinstance(value, bool):
        return False
    return (isinstance(value, float) and bool(np.isfinite(value))) or (
        isinstance(value, int) and abs(value) <= _EXACT
    )
