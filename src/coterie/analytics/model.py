"""The words of analytics: who was drawn, what was done after, what that allows to be said."""

from dataclasses import dataclass
from typing import Literal

from coterie.experiments.model import Interval

Verdict = Literal["works", "harms", "unknown", "blocked"]
Doubt = Literal["nobody", "no_lot", "too_few", "spans_zero", "mismatch"]

WINDOW_DAYS = 14
"""How long after the first message an outcome counts, unless another window is asked for."""

ANY = "*"
"""The outcome "did anything at all"."""


@dataclass(frozen=True)
class Arm:
    """People whose window is over, and how many of them did it; ``waiting`` are still watched.

    ``first_day`` counts those who did it by the day (0 is the first 24 hours) of the first time.
    """

    people: int = 0
    did: int = 0
    waiting: int = 0
    first_day: tuple[int, ...] = ()

    @property
    def rate(self) -> float:
        """The share of those who did it; 0 of nobody."""
        return self.did / self.people if self.people else 0.0

    @property
    def drawn(self) -> int:
        """Everybody in the arm, those still watched too."""
        return self.people + self.waiting


@dataclass(frozen=True)
class Lift:
    """One origin's treated against its held-out, and what may be said of the difference.

    ``difference`` and ``interval`` (95 % at all looks together) are in 0..1, treated less
    held-out; None while an arm has nobody, and where the arms' sizes do not fit the holdout that
    was meant: then they differ by more than chance, the verdict is ``blocked``, and ``odds`` is
    how likely sizes are that deviate so much. ``doubt`` says why the verdict is no clear one.
    ``needed`` is how many people in all, drawn as they are now, would show a true difference of
    the size seen, or of ``seen_as`` where less was seen; ``detectable`` is the smallest difference
    that as many people as there are now would show (both at 80 % power). ``contaminated`` people
    turned out to have been in both arms; they are left out of everything here.
    """

    origin: str
    treated: Arm
    held_out: Arm
    difference: float | None
    interval: Interval | None
    verdict: Verdict
    doubt: Doubt | None
    needed: int | None
    seen_as: float | None
    detectable: float | None
    odds: float = 1.0
    contaminated: int = 0

    @property
    def drawn_as_meant(self) -> bool:
        """Whether the arms are as large as the draw was to make them."""
        return self.verdict != "blocked"


@dataclass(frozen=True)
class Compared:
    """A number of one day, the same weekday's a week before, and the days between by day."""

    name: str
    count: int
    before: int
    days: tuple[int, ...]

    @property
    def change(self) -> int:
        """How many more than a week before."""
        return self.count - self.before
