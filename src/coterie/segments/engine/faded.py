"""Leaves that ask of a score: it halves with time, so its threshold moves instead of the people.

A level never changes by itself (``profiles.fading``); who falls below a number within the hours
ahead is found once in as many, among all, and waited for.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.core.clock import HOUR
from coterie.profiles.fading import ceiling_level, crossing, ever_crosses, floor_level, value_at
from coterie.segments.engine.people import by_profile
from coterie.segments.engine.postings import Flags, People
from coterie.segments.language.calendar import thresholds
from coterie.segments.model import Condition

Numbers = NDArray[np.float64]

_AHEAD = 6 * HOUR
"""To look among all takes milliseconds; to have six hours' people wait takes less a step."""

_NEAR = 1e-4
"""So near to the middle between two steps, in steps, it is left to ``value_at`` to round."""


class Levels:
    """Everybody's level of one score; who has none has NaN. ``half_life`` None: nobody has one."""

    def __init__(self) -> None:
        self.levels: Numbers = np.full(0, np.nan)
        self.half_life: int | None = None

    def learn(
        self, people: People, known: People, levels: Numbers, half_life: int | None
    ) -> People:
        """Take in the levels of those of some people who are known to have one.

        Return who of them has another one than before, or none any more.
        """
        everybody = self.half_life != half_life
        self.half_life = half_life
        if not len(people):
            return people
        size = int(people.max()) + 1
        if size > len(self.levels):
            more = np.full(size + size // 4 - len(self.levels), np.nan)
            self.levels = np.concatenate([self.levels, more])
        before = None if everybody else self.levels[people]
        self.levels[people] = np.nan
        self.levels[known] = levels
        if before is None:
            return people
        after = self.levels[people]
        changed: People = people[(before != after) & ~(np.isnan(before) & np.isnan(after))]
        return changed

    def of(self, people: People) -> Numbers:
        """Return the levels of people, given in order."""
        return by_profile(self.levels, people, np.nan)

    def values(self, people: People, now: int) -> Numbers:
        """Return what people's scores are worth at a moment, rounded as everybody sees them."""
        levels = self.of(people)
        if self.half_life is None:
            return levels
        steps = np.exp2(np.minimum(levels - now / self.half_life, 1_000.0)) * 1e6
        values = np.rint(steps) / 1e6
        near = _NEAR + steps * 1e-15  # what floats lose of large numbers
        for place in np.flatnonzero(np.abs(steps - np.floor(steps) - 0.5) < near).tolist():
            values[place] = value_at(float(levels[place]), self.half_life, now)
        return values


class Horizon:
    """Who may fall below one number within the hours ahead."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self._until = 0
        self._levels: Numbers = np.zeros(0)
        self._people: People = np.zeros(0, np.int32)

    def learn(self, people: People, levels: Levels) -> None:
        """Take in people who have other levels now."""
        if levels.half_life is None or not self._until:
            return
        own = levels.of(people)
        soon = own <= ceiling_level(self.threshold, levels.half_life, self._until)
        self._levels = np.concatenate([self._levels, own[soon]])
        self._people = np.concatenate([self._people, people[soon]])

    def passed(self, before: int, now: int, levels: Levels) -> People:
        """Return all, and perhaps more, whose score fell below after ``before``, up to ``now``."""
        if levels.half_life is None or now <= before:
            return np.zeros(0, np.int32)
        if now > self._until:
            self._look_ahead(before, now + _AHEAD, levels)
        lowest = floor_level(self.threshold, levels.half_life, before)
        highest = ceiling_level(self.threshold, levels.half_life, now)
        waiting = self._levels >= lowest
        self._levels, self._people = self._levels[waiting], self._people[waiting]
        return self._people[self._levels <= highest]

    def next(self, now: int, levels: Levels) -> int | None:
        """Return the next moment after ``now`` at which somebody's score falls below."""
        if levels.half_life is None:
            return None
        lowest = floor_level(self.threshold, levels.half_life, now)
        near = np.unique(levels.levels[levels.levels >= lowest])
        for level in near.tolist():
            if value_at(level, levels.half_life, now) >= self.threshold:
                return crossing(level, levels.half_life, self.threshold, now)
        return None

    def _look_ahead(self, before: int, until: int, levels: Levels) -> None:
        assert levels.half_life is not None, "there are levels to look at"
        lowest = floor_level(self.threshold, levels.half_life, before)
        highest = ceiling_level(self.threshold, levels.half_life, until)
        found = (levels.levels >= lowest) & (levels.levels <= highest)
        self._people = np.flatnonzero(found).astype(np.int32)
        self._levels = levels.levels[self._people]
        self._until = until


@dataclass
class Faded:
    """A test on a score, and who meets it."""

    condition: Condition
    levels: Levels
    horizons: list[Horizon]
    holds: BitMap = field(default_factory=BitMap)
    is_new: bool = True

    @property
    def name(self) -> str:
        """The score's name."""
        return self.condition.path

    @property
    def is_read(self) -> bool:
        """Say whether anybody's level was read."""
        return bool(len(self.levels.levels))

    def learn(self, people: People) -> None:
        """Take note that people have other levels now."""
        for horizon in self.horizons:
            horizon.learn(people, self.levels)

    def meets(self, people: People, now: int) -> Flags:
        """Say which of some people meet the test.

        What is asked of values is asked of levels; only near to a number does rounding matter.
        """
        test, value, half_life = (
            _TESTS[self.condition.op],
            self.condition.value,
            self.levels.half_life,
        )
        numbers = value if isinstance(value, tuple) else (value,)
        if half_life is None or not all(map(ever_crosses, numbers)):
            return test(self.levels.values(people, now), value)
        levels = self.levels.of(people)
        at = tuple(math.log2(one) + now / half_life for one in numbers)
        met = test(levels, at if isinstance(value, tuple) else at[0])
        for one in numbers:
            lowest, highest = floor_level(one, half_life, now), ceiling_level(one, half_life, now)
            [near] = np.nonzero((levels >= lowest) & (levels <= highest))
            met[near] = test(self.levels.values(people[near], now), value)
        return met

    def passed(self, before: int, now: int) -> People:
        """Return for whom time may have turned the answer."""
        found = [horizon.passed(before, now, self.levels) for horizon in self.horizons]
        return np.concatenate([*found, np.zeros(0, np.int32)])

    def next_turn(self, now: int) -> int | None:
        """Return the next moment at which time turns somebody's answer."""
        turns = [horizon.next(now, self.levels) for horizon in self.horizons]
        return min((turn for turn in turns if turn is not None), default=None)


def faded_of(condition: Condition, levels: Callable[[str], Levels]) -> Faded | None:
    """Make the leaf of a test on a score; None for tests that arrays do not answer."""
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if condition.op not in _TESTS or not plain:
        return None
    ahead = {one for one in thresholds(condition.value) if ever_crosses(one)}
    return Faded(condition, levels(condition.path), [Horizon(one) for one in sorted(ahead)])


_TESTS: Mapping[str, Callable[[Numbers, Any], Flags]] = {
    "=": lambda values, value: values == value,
    "!=": lambda values, value: values != value,
    ">": lambda values, value: values > value,
    ">=": lambda values, value: values >= value,
    "<": lambda values, value: values < value,
    "<=": lambda values, value: values <= value,
    "between": lambda values, span: (values >= span[0]) & (values <= span[1]),
    "not_between": lambda values, span: ~((values >= span[0]) & (values <= span[1])),
}
"""Nothing compares with NaN, but that it is not equal: as with what is missing."""
