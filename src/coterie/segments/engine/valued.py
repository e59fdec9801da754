"""Leaves that ask of a plain trait: everybody's value as a number, each value asked once.

Millions of people share few values of most traits. Paths into a trait, sealed traits and those that
are worked out are left to the readers.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.profiles.slices.model import Stated
from coterie.segments.engine.answering import Different, answers, one_by_one
from coterie.segments.engine.people import by_profile
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
        self.different = Different()
        self.is_read = False
        self._numbers: dict[str | None, int] = {}

    def learn(self, people: People, stated: Stated) -> People:
        """Take in the values of those of some people who are known to have one.

        Return who of them has another one than before, or none any more.
        """
        self.is_read = True
        if not len(people):
            return people
        size = 1 + max(int(people.max()), int(stated.people.max(initial=0)))
        if size > len(self.codes):
            more = np.full(size + size // 4 - len(self.codes), _NONE, np.int32)
            self.codes = np.concatenate([self.codes, more])
        before = self.of(people).copy()
        self.codes[people] = _NONE
        own = np.array([self._number(text) for text in stated.texts], np.int32)
        self.codes[stated.people] = own[stated.which]
        differs: Flags = self.codes[people] != before
        return people[differs]

    def holders(self) -> People:
        """Return who has a value."""
        return np.flatnonzero(self.codes != _NONE).astype(np.int32)

    def of(self, people: People) -> Codes:
        """Return the numbers of people's values."""
        return by_profile(self.codes, people, _NONE)

    def _number(self, text: str | None) -> int:
        if text not in self._numbers:
            assert text is not None, "what is sealed is not asked here"
            self._numbers[text] = len(self.different.values)
            self.different.values.append(_decode(text))
        return self._numbers[text]


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
        codes, different = self.values.of(people), self.values.different
        nobody = holds(self.condition, None, frame)
        if is_lasting(self.condition):
            more = answers(self.condition, different, frame, since=len(self._answers))
            self._answers = np.concatenate([self._answers, more])
            return np.append(self._answers, nobody)[codes]
        if len(people) >= len(different.values):
            return np.append(answers(self.condition, different, frame), nobody)[codes]
        asked, places = np.unique(codes, return_inverse=True)
        values = [None if code == _NONE else different.values[code] for code in asked.tolist()]
        return one_by_one(self.condition, values, frame)[places]


def can_be_valued(condition: Condition, left_alone: Collection[str]) -> bool:
    """Say whether a test can be asked of values alone; not of the traits ``left_alone``."""
    path = condition.path
    return "." not in path and path not in left_alone and condition.op not in OF_SINCE


def by_name(leaves: Iterable[Valued]) -> dict[str, Values]:
    """Return the values that leaves ask of, by the trait's name."""
    return {leaf.name: leaf.values for leaf in leaves}
