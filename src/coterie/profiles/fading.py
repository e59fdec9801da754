"""Fading traits: values that halve with time and never need to be written for it.

One stands as a ``level`` (base-2 logarithm of its value at the epoch); at moment t its value is
``2 ** (level - t / half_life)``, rounded to 6 decimals. All here is exact to the millisecond with
respect to that rounded value, the one that rules compare.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_STEP = 10**-6
_LARGEST = 1_000.0


@dataclass(frozen=True)
class Levels:
    """One fading trait: who has it, at what level, and its half-life in ms (None: nobody ever)."""

    people: NDArray[np.int32]
    levels: NDArray[np.float64]
    half_life: int | None


class Fading(NamedTuple):
    """Very many fading traits by columns: whose, which of the names, at what level (NaN: none)."""

    people: NDArray[np.int64]
    which: NDArray[np.intp]
    names: Sequence[str]
    levels: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Sequence[tuple[int, str, float | None]]) -> "Fading":
        """Read (profile, name, level); a level None is none."""
        people, names, levels = zip(*rows, strict=True) if rows else ((), (), ())
        numbers: dict[str, int] = {}
        which = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.intp)
        return cls(np.array(people, np.int64), which, list(numbers), np.array(levels, np.float64))


def value_at(level: float, half_life: int, moment: int) -> float:
    """Return a fading value at a moment, as everybody sees it.

    >>> value_at(3.0, 1_000, 2_000)
    2.0
    """
    value: float = 2.0 ** min(level - moment / half_life, _LARGEST)
    return round(value, 6)


def ever_crosses(threshold: float) -> bool:
    """Say whether values can fall below a threshold: they never fall below zero."""
    return 0 < threshold < math.inf


def floor_level(threshold: float, half_life: int, moment: int) -> float:
    """Return a level certainly below every one whose value is at least ``threshold`` then.

    Values are rounded, so half a step below the threshold may still count; the slack covers
    floating point. It narrows an indexed look-up; ``value_at`` decides.
    """
    least = max(threshold - _STEP, _STEP / 4)
    return math.log2(least) + moment / half_life - _slack(moment / half_life)


def ceiling_level(threshold: float, half_life: int, moment: int) -> float:
    """Return a level certainly above every one whose value is less than ``threshold`` then."""
    return math.log2(threshold + _STEP) + moment / half_life + _slack(moment / half_life)


def _slack(halvings: float) -> float:
    """Bound what floating point may lose when a level meets this many halvings."""
    return 1e-9 + 8 * math.ulp(halvings)


def crossing(level: float, half_life: int, threshold: float, after: int) -> int:
    """Return the first moment after ``after`` at which the value is less than ``threshold``.

    The value must be at least ``threshold`` at ``after``.
    """
    step = half_life
    until = after + step
    while value_at(level, half_life, until) >= threshold:
        step *= 2
        until += step
    while until - after > 1:
        middle = (after + until) // 2
        if value_at(level, half_life, middle) >= threshold:
            after = middle
        else:
            until = middle
    return until
