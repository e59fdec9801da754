"""Leaves that ask of a plain trait: everybody's value as a number, each value asked once.

Millions of people share few values of most traits. Paths into a trait, sealed traits and those that
are worked out are left to the readers.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.segments.engine.postings import Flags, People
from coterie.segments.language.calendar import Edge, is_lasting
from coterie.segments.model import Condition
from coterie.segments.person.operators import Frame, holds

Codes = NDArray[np.int32]

_NONE = -1
_decode = msgspec.json.Decoder().decode

OF_SINCE = ("unchanged_for", "changed_within")
"""Operators that ask since when a value has been what it is."""


class Values:
    """Everybody's value of one trait, as a number; who has none has -1."""

    def __init__(self) -> None:
        self.codes: Codes = np.full(0, _NONE, np.int32)
        self.values: list[Any] = []
        self.is_read = False
        self._numbers: dict[str, int] = {}

    def learn(self, people: People, known: People, texts: NDArray[np.object_]) -> None:
        """Take in the values, as JSON, of those of some people who are known to have one."""
        self.is_read = True
        if not len(people):
            return
        size = int(people.max()) + 1
        if size > len(self.codes):
            more = np.full(size + size // 4 - len(self.codes), _NONE, np.int32)
            self.codes = np.concatenate([self.codes, more])
        self.codes[people] = _NONE
        told = texts.tolist()
        for text in sorted(set(told) - self._numbers.keys()):
            self._numbers[text] = len(self.values)
            self.values.append(_decode(text))
        self.codes[known] = list(map(self._numbers.__getitem__, told))

    def of(self, people: People) -> Codes:
        """Return the numbers of people's values."""
        found = np.full(len(people), _NONE, np.int32)
        there = people < len(self.codes)
        found[there] = self.codes[people[there]]
        return found


@dataclass
class Valued:
    """A test on a trait, and who meets it."""

    condition: Condition
    values: Values
    edges: frozenset[Edge]
    holds: BitMap = field(default_factory=BitMap)
    is_new: bool = True
    _answers: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))

    @property
    def name(self) -> str:
        """The trait's name."""
        return self.condition.path

    def meets(self, people: People, now: int, zone: ZoneInfo) -> Flags:
        """Say which of some people meet the test."""
        frame = Frame(now, zone)
        codes = self.values.of(people)
        nobody = holds(self.condition, None, frame)
        if is_lasting(self.condition):
            fresh = self.values.values[len(self._answers) :]
            more = np.array([holds(self.condition, one, frame) for one in fresh], np.bool_)
            self._answers = np.concatenate([self._answers, more])
            return np.append(self._answers, nobody)[codes]
        asked, places = np.unique(codes, return_inverse=True)
        answers = [
            nobody if code == _NONE else holds(self.condition, self.values.values[code], frame)
            for code in asked.tolist()
        ]
        found: Flags = np.array(answers, np.bool_)[places]
        return found


def can_be_valued(condition: Condition, left_alone: Collection[str]) -> bool:
    """Say whether a test can be asked of values alone; not of the traits ``left_alone``."""
    path = condition.path
    return "." not in path and path not in left_alone and condition.op not in OF_SINCE


def by_name(leaves: Iterable[Valued]) -> dict[str, Values]:
    """Return the values that leaves ask of, by the trait's name."""
    return {leaf.name: leaf.values for leaf in leaves}
