"""Everybody's value of a trait by which people are ranked, as arrays."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from coterie.core.numbers import as_decimal
from coterie.profiles.service import Profiles
from coterie.segments.engine.postings import People
from coterie.segments.engine.ranks import Measured
from coterie.segments.language.calendar import FADING
from coterie.segments.person.operators import look_up
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
            everybodys = self._everybodys(work, path)
            if everybodys is not None:
                return _placed(people, everybodys)
        known = self._profiles.known(work, people.tolist(), (path,))
        return _placed(people, {one: look_up(k.traits, path) for one, k in known.items()})

    def halvings(self, work: Work, path: str, now: int) -> float | None:
        """Return how many half-lives have passed of a score until now; None for other traits."""
        if not path.startswith(FADING):
            return None
        half_life = self._profiles.levels(work, (), [path])[path].half_life
        return 0.0 if half_life is None else now / half_life

    def _everybodys(self, work: Work, path: str) -> Mapping[int, Any] | None:
        """Return everybody's value of a trait; None where it may lie inside another."""
        for column in self._profiles.published.export(work, {path}):
            values = map(msgspec.json.decode, column["value"].tolist())
            return dict(zip(column["profile"].tolist(), values, strict=True))
        if "." in path:
            return None
        told, texts = self._profiles.standing(work, None, [path])[path]
        known = zip(told.tolist(), texts.tolist(), strict=True)
        return {one: msgspec.json.decode(text) for one, text in known if text is not None}


def _placed(people: People, values: Mapping[int, Any]) -> Measured:
    """Put values at their people's places; who has no number has none."""
    numbers, there = np.zeros(len(people)), np.zeros(len(people), np.bool_)
    for place, profile in enumerate(people.tolist()):
        value = values.get(profile)
        # most are plain numbers, which need not be read as decimals
        number = value if type(value) in (float, int) else as_decimal(value)
        if number is not None:
            numbers[place], there[place] = float(number), True
    return Measured(numbers, there)


def _put(people: People, told: People, values: NDArray[np.float64]) -> Measured:
    """Put numbers at their people's places; both are in no order, and some are told of others."""
    order = np.argsort(told, kind="stable")
    told, values = told[order], values[order]
    numbers, there = np.zeros(len(people)), np.zeros(len(people), np.bool_)
    if len(told):
        places = np.searchsorted(told, people)
        places[places == len(told)] = 0
        there = told[places] == people
        numbers[there] = values[places[there]]
    return Measured(numbers, there)
