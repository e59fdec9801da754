"""Everybody's value of a trait by which people are ranked, as arrays."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from coterie.core.numbers import as_decimal
from coterie.profiles.service import Profiles
from coterie.profiles.slices.model import Stated
from coterie.segments.engine.people import by_profile
from coterie.segments.engine.postings import Flags, People
from coterie.segments.engine.ranks import Measured
from coterie.segments.language.calendar import FADING
from coterie.segments.person.operators import look_up
from coterie.storage.reading import Words
from coterie.storage.work import Work

_MANY = 20_000
"""From so many people on everybody's values are read, by columns."""


class RankValues:
    """Reads the numbers that traits are; of scores their levels, which time does not change."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    def of(self, work: Work, people: People, path: str) -> Measured:
        """Return a trait's values of some people, in order."""
        if path.startswith(FADING):
            asked = None if len(people) >= _MANY else people.tolist()
            told = self._profiles.levels(work, asked, [path])[path]
            return _put(people, told.people, told.levels)
        if len(people) >= _MANY:
            stated = self._everybodys(work, path)
            if stated is not None:
                return _numbers(people, stated)
        known = self._profiles.known(work, people.tolist(), (path,))
        values = [
            look_up(known[one].traits, path) if one in known else None for one in people.tolist()
        ]
        return Measured(*_read(values))

    def halvings(self, work: Work, path: str, now: int) -> float | None:
        """Return how many half-lives have passed of a score until now; None for other traits."""
        if not path.startswith(FADING):
            return None
        half_life = self._profiles.levels(work, (), [path])[path].half_life
        return 0.0 if half_life is None else now / half_life

    def _everybodys(self, work: Work, path: str) -> Stated | None:
        """Return everybody's value of a trait; None where it may lie inside another."""
        for column in self._profiles.published.export(work, {path}):
            words = Words()
            which = words.numbers(column["value"].tolist())
            return Stated(column["profile"], [*words], which)
        return None if "." in path else self._profiles.standing(work, None, [path])[path]


def _numbers(people: People, stated: Stated) -> Measured:
    """Put the numbers among values at their people's places; who has no number has none."""
    numbers, there = _read([None if t is None else msgspec.json.decode(t) for t in stated.texts])
    are = there[stated.which]
    return _put(people, stated.people[are], numbers[stated.which[are]])


def _read(values: Sequence[Any]) -> tuple[NDArray[np.float64], Flags]:
    """Read values as numbers, and say which are any."""
    # most are plain numbers, which need not be read as decimals
    read = [one if type(one) in (float, int) else as_decimal(one) for one in values]
    there = np.array([one is not None for one in read], np.bool_)
    return np.array([0.0 if one is None else float(one) for one in read]), there


def _put(people: People, told: People, values: NDArray[np.float64]) -> Measured:
    """Put numbers at their people's places; these are in order, some are told of others."""
    size = 1 + max(int(people.max(initial=0)), int(told.max(initial=0)))
    numbers, there = np.zeros(size), np.zeros(size, np.bool_)
    numbers[told], there[told] = values, True
    return Measured(by_profile(numbers, people, 0.0), by_profile(there, people, False))
