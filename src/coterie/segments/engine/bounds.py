"""Comparing many measures with a rule's bounds at once, exactly: nothing is rounded.

A bound is the decimal that was written. Whole numbers are compared with whole numbers; ratios are
multiplied out, in arrays where 63 bits suffice and one by one where they might not.
"""

import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from coterie.segments.engine.postings import Flags, Ints
from coterie.segments.model import Bounds

_MOST = 2**62
_SHORT = 2**31

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


@lru_cache(maxsize=4_096)
def _bound(value: object, unit: int) -> Fraction:
    """Read a bound as the decimal that was written, in units."""
    return Fraction(Decimal(str(value))) * unit


def whole(totals: Ints, bounds: Bounds, unit: int = 1) -> Flags:
    """Say which totals lie within bounds that are given in units of ``unit`` each."""
    held = np.ones(len(totals), np.bool_)
    for op, value in bounds.tests:
        held &= _against(totals, op, _bound(value, unit))
    return held


def ratio(parts: Ints, wholes: Ints, bounds: Bounds, unit: int = 1) -> Flags:
    """Say which parts / wholes lie within bounds given in units; none of nothing does.

    ``wholes`` are not negative.
    """
    held = wholes > 0
    for op, value in bounds.tests:
        bound = _bound(value, unit)
        held &= _multiplied_out(parts, wholes, op, bound)
    return held


def _against(totals: Ints, op: str, bound: Fraction) -> Flags:
    if bound.denominator != 1 and op in ("=", "!="):
        return np.full(len(totals), op == "!=")
    floor = bound.numerator // bound.denominator
    if bound.denominator != 1:  # between two whole numbers
        op = ">" if op in (">", ">=") else "<="
    if abs(floor) >= _MOST:
        compared = bool(_COMPARE[op](0, floor))
        return np.full(len(totals), compared)
    found: Flags = _COMPARE[op](totals, floor)
    return found


def _multiplied_out(parts: Ints, wholes: Ints, op: str, bound: Fraction) -> Flags:
    compare = _COMPARE[op]
    largest = max(int(parts.max(initial=1)), -int(parts.min(initial=0)))
    most = max(largest * bound.denominator, int(wholes.max(initial=1)) * abs(bound.numerator))
    if most < _MOST:
        kind: Any = np.int32 if most < _SHORT else np.int64
        left, right = parts.astype(kind), wholes.astype(kind)
        found: Flags = compare(left * bound.denominator, right * bound.numerator)
        return found
    pairs = zip(parts.tolist(), wholes.tolist(), strict=True)
    exact = [compare(p * bound.denominator, w * bound.numerator) for p, w in pairs]
    return np.array(exact, np.bool_)
