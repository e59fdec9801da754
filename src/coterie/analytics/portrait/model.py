"""The words of a portrait: facets with their cells, each counted in the segment and in all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

K = 10
"""No number of a portrait stands for fewer people than these, nor for all but fewer."""

AT_MOST = 20_000
"""So many people are looked at; of more, so many are drawn evenly. A share is then true to 0.7
percentage points (1.96 * sqrt(0.25 / 20,000))."""

INTEREST = "interests"
HOURS = "hours"
DAYS = "days"
SPENT = "spent"
BASKET = "basket"
SOURCES = "sources"
STORES = "stores"
TAGS = "tags"
TRAIT = "trait:"
"""Names of the facets; a trait's is this with its name."""

NONE = ""
"""The cell of those of whom there is nothing: no order, no event, no value."""

OTHER = "*"
"""The cell of all values that are too many to be told one by one."""


@dataclass(frozen=True)
class Cell:
    """How many of a facet's people are so, in the segment and of everybody; None is not shown.

    ``level`` and ``level_whole`` are means over those who are so, where the facet has a measure.
    """

    key: str
    inside: int | None
    whole: int | None
    level: float | None = None
    level_whole: float | None = None


@dataclass(frozen=True)
class Facet:
    """One side of a portrait. ``parts``: everybody is in exactly one cell; else in any number.

    ``more`` cells are not told, most of them since they are too few.
    """

    name: str
    parts: bool
    cells: tuple[Cell, ...]
    more: int = 0

    @property
    def is_hidden(self) -> bool:
        """Whether nothing of it can be shown."""
        return all(cell.inside is None for cell in self.cells)


@dataclass(frozen=True)
class Read:
    """What was read of one facet: who is in which cell.

    ``measures`` are (profile, value) of each cell, sorted by profile, where the facet has any.
    """

    parts: bool
    people: Mapping[str, BitMap]
    measures: Mapping[str, tuple[NDArray[np.uint32], NDArray[np.float64]]] = field(
        default_factory=dict
    )


@dataclass(frozen=True)
class Portrait:
    """A segment against everybody.

    ``size`` and ``everybody`` are how many there are, ``inside`` and ``whole`` how many were looked
    at. ``refused`` where there is no portrait: the segment, or what it leaves over of everybody, is
    fewer than ``K`` people. ``edges`` are those of the bands of money, in ten-thousandths.
    """

    size: int
    everybody: int
    inside: int
    whole: int
    facets: Mapping[str, Facet]
    edges: Mapping[str, tuple[int, ...]]
    refused: bool = False

    @property
    def is_drawn(self) -> bool:
        """Whether not everybody was looked at."""
        return self.inside < self.size or self.whole < self.everybody
