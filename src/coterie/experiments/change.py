"""Before and after: what changed, and how much of it may be put down to what was done. Pure.

Three readings of one outcome, side by side, each with the grade of its evidence:

- **C, naive**: the treated after against before. Whoever was chosen for being quiet is less quiet
  later by herself (regression to the mean), whoever was chosen for being loud less loud.
- **B, difference in differences**: the change of the treated less that of others who were not
  treated. It is right where both would have changed alike; a period before that shows they did
  not takes the grade away.
- **A, randomised**: the treated after against those held out by lot after.

Source: J. Angrist, J.-S. Pischke, "Mostly Harmless Econometrics" (2009), 5.2: the 2 x 2 difference
in differences; standard errors by unit, of which both periods are one observation (M. Bertrand,
E. Duflo, S. Mullainathan, QJE 119 (2004)).
"""

from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

from coterie.experiments.intervals import quantile
from coterie.experiments.model import Interval, Sample, of_sums
from coterie.experiments.ratios import relative
from coterie.experiments.sequences import half_widths

Grade = Literal["A", "B", "C"]


@dataclass(frozen=True)
class Periods:
    """An arm's units with a measure before and after, summed, squared and multiplied.

    ``earlier`` is the sum of the period before the one before, to see whether arms went the same
    way when nothing was done; ``earlier_squares`` and ``earlier_products`` (with before) its like.
    """

    people: int
    before: float
    after: float
    before_squares: float
    after_squares: float
    products: float
    earlier: float = 0.0
    earlier_squares: float = 0.0
    earlier_products: float = 0.0

    @property
    def first(self) -> Sample:
        """The measure before."""
        return of_sums(self.people, self.before, self.before_squares)

    @property
    def second(self) -> Sample:
        """The measure after."""
        return of_sums(self.people, self.after, self.after_squares)

    @property
    def change(self) -> Sample:
        """Each unit's change: after less before."""
        squares = self.after_squares - 2 * self.products + self.before_squares
        return of_sums(self.people, self.after - self.before, squares)

    @property
    def change_before(self) -> Sample:
        """Each unit's change while nothing was done: before less earlier."""
        squares = self.before_squares - 2 * self.earlier_products + self.earlier_squares
        return of_sums(self.people, self.before - self.earlier, squares)


@dataclass(frozen=True)
class Reading:
    """One way to read a change: as a difference, and as a share of ``base``.

    ``base`` is what would have been without. ``shown`` says whether it can be told from nothing.
    """

    how: Literal["naive", "did", "randomised"]
    grade: Grade
    difference: float
    interval: Interval
    base: float

    @property
    def share(self) -> float | None:
        """The difference as a share of what would have been; None where that is nothing."""
        return self.difference / self.base if self.base > 0 else None

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out no change."""
        return 0 not in self.interval


def naive(treated: Periods) -> Reading:
    """Read the treated after against before."""
    change = treated.change
    return Reading("naive", "C", change.mean, _around(change.mean, change.error),
                   treated.first.mean)  # fmt: skip


def differences(treated: Periods, others: Periods) -> Reading:
    """Read the change of the treated less that of others.

    Graded B where the two went the same way before anything was done, else C.
    """
    one, other = treated.change, others.change
    difference = one.mean - other.mean
    grade: Grade = "B" if went_alike(treated, others) else "C"
    interval = _around(difference, sqrt(one.error**2 + other.error**2))
    return Reading("did", grade, difference, interval, treated.second.mean - difference)


def went_alike(treated: Periods, others: Periods) -> bool:
    """Say whether the period before shows no difference in trend: needed, though not enough."""
    one, other = treated.change_before, others.change_before
    error = sqrt(one.error**2 + other.error**2)
    return error < inf and 0 in _around(one.mean - other.mean, error)


def randomised(treated: Periods, held_out: Periods, planned: float) -> Reading:
    """Read the treated after against those held out by lot, true at every look."""
    one, other = treated.second, held_out.second
    difference = one.mean - other.mean
    error = sqrt(one.error**2 + other.error**2)
    if error == inf:
        interval = Interval(-inf, inf)
    else:
        half = float(half_widths(error, one.people + other.people, planned))
        interval = Interval(difference - half, difference + half)
    return Reading("randomised", "A", difference, interval, other.mean)


def share_interval(treated: Sample, held_out: Sample, planned: float) -> Interval | None:
    """Return the always-valid interval of the rise as a share of the held-out's mean.

    By the delta method; None where the held-out's mean is nothing.
    """
    if held_out.mean <= 0 or min(treated.people, held_out.people) < 2:
        return None
    rise, error = relative(treated, held_out)
    half = float(half_widths(error, treated.people + held_out.people, planned))
    return Interval(rise - half, rise + half)


def two_by_two(
    treated: tuple[Sample, Sample], others: tuple[Sample, Sample]
) -> tuple[float, Interval]:
    """Return difference in differences of four independent cells, each (before, after).

    For whoever has only published shares: units are not followed, so no unit cancels itself.
    """
    difference = (treated[1].mean - treated[0].mean) - (others[1].mean - others[0].mean)
    error = sqrt(sum(cell.error**2 for cell in (*treated, *others)))
    return difference, _around(difference, error)


def _around(estimate: float, error: float) -> Interval:
    half = quantile() * error
    return Interval(estimate - half, estimate + half)
