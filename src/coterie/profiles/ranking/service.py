"""The verbs of the ranking: count, and name the top, of one fading trait or of many."""

import math
from collections.abc import Collection

from coterie.core.errors import Invalid
from coterie.profiles.fading import value_at
from coterie.profiles.ranking import store
from coterie.storage.work import Work

_HALF_A_STEP = 0.5e-6
"""Values are rounded to six decimals before they are compared."""


class Ranking:
    """Who has most of a fading trait, and how many have enough of it, all at ``work.now``."""

    def counts(self, work: Work, prefix: str, at_least: float) -> dict[str, int]:
        """Count who has each trait of a prefix at a value or above; traits of nobody are left out.

        Raises Invalid unless the value is more than zero.
        """
        return store.counts(work, prefix, _lowest(at_least))

    def top(
        self, work: Work, name: str, at_least: float, *, limit: int = 20, offset: int = 0
    ) -> list[tuple[int, float]]:
        """Return (profile, value) of who has most of a trait, the most first."""
        found = store.top(work, name, _lowest(at_least), limit, offset)
        return [(who, value_at(level, half_life, work.now)) for who, level, half_life in found]

    def shared(
        self, work: Work, name: str, prefix: str, at_least: float, *, among: int
    ) -> dict[str, int]:
        """Count who of the top ``among`` of a trait has each trait of a prefix as well.

        Both at the value or above; the trait itself tells how many they were.
        """
        return store.shared(work, name, prefix, _lowest(at_least), among)

    def having(
        self, work: Work, prefix: str, at_least: float, *, among: Collection[int] | None = None
    ) -> list[tuple[str, int, float]]:
        """Return (name, profile, value) of who has traits of a prefix at a value or above.

        ``among`` are the people asked, None: everybody.
        """
        rows = store.having(work, prefix, _lowest(at_least), among)
        return [
            (name, who, value_at(level, half_life, work.now))
            for name, who, level, half_life in rows
        ]


def _lowest(at_least: float) -> float:
    if not _HALF_A_STEP < at_least < math.inf:
        raise Invalid(f"{at_least} is no value to rank by", hint="use a number more than zero")
    return math.log2(at_least - _HALF_A_STEP)
