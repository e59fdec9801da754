"""The model as it is held in memory: one house's, whole; some tens of megabytes at the most."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from coterie.scores.recommending.model import Built, Places, Ties
from coterie.scores.recommending.ranking import as_matrix

MOST_POPULAR = 200
"""How many of what is popular are looked at to fill an offer."""


@dataclass(frozen=True, eq=False)
class Learnt:
    """A model: the items by place, which may be suggested, how many had each, and their ties.

    ``lately`` counts who had it in the last 90 days. What is popular is what most had lately.
    """

    stamp: str
    built: Built
    items: Sequence[str]
    kinds: Sequence[str]
    allowed: NDArray[np.bool_]
    people: NDArray[np.int64]
    lately: NDArray[np.int64]
    ties: Ties

    @cached_property
    def matrix(self) -> csr_matrix:
        """Return the ties as a sparse matrix."""
        return as_matrix(self.ties)

    @cached_property
    def place(self) -> dict[str, int]:
        """Return the place of each item."""
        return {item: place for place, item in enumerate(self.items)}

    @cached_property
    def popular(self) -> Places:
        """Return the places of what is popular and may be suggested, the most popular first."""
        order = np.lexsort((-self.people, -self.lately))
        order = order[self.allowed[order] & (self.people[order] > 0)]
        return order[:MOST_POPULAR].astype(np.int32)
