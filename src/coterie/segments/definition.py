"""What the room keeps of a segment besides its rule: names, versions, and what was published."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pyroaring import BitMap

LIBRARY = "segments.library"
"""Where a work keeps the segments and lists that it has read; who writes one drops it."""


@dataclass(frozen=True)
class Definition:
    """One version of a segment: an immutable slug, titles, the rule as it was written.

    ``size`` is how many are in it now.
    """

    slug: str
    version: int
    title_en: str
    title_zh: str
    rule: dict[str, Any]
    defined_at: int
    defined_by: str
    size: int = 0


@dataclass(frozen=True)
class Published:
    """What was published of a segment at one moment: who came, who went, how many were left."""

    at: int
    entered: int
    left: int
    size: int


@dataclass(frozen=True)
class Change:
    """One person's entering or leaving, with the version of the rule that told it."""

    segment: str
    entered: bool
    at: int
    version: int
    profile: int


@dataclass(frozen=True)
class Preview:
    """How many a rule would have, and a few of them: for whoever is still writing it."""

    count: int
    sample: tuple[int, ...]


@dataclass(frozen=True)
class Effect:
    """Whom a new rule of a segment would keep, bring in and put out, were it published now."""

    stay: BitMap
    enter: BitMap
    leave: BitMap

    @property
    def size(self) -> int:
        """How many the segment would then have."""
        return len(self.stay) + len(self.enter)


@dataclass(frozen=True)
class DaySize:
    """How many a segment had at the end of a day in the brand's zone, and how many moved in it.

    ``at`` is the day's first moment; of today the size is the present one.
    """

    day: date
    at: int
    size: int
    entered: int
    left: int
