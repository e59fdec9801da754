"""What a campaign brought that would not have come by itself, and how sure that is. Pure.

Everybody counts in the arm that she was drawn into, whether she joined or not (intention to
treat). Where nobody was held out, or too few, or the arms are not as large as the lot should have
made them, nothing is claimed, and the reason is said. Beside it stand the weaker readings, with
the grade of their evidence (growth G20), and the naive one, so that nobody mistakes it.
"""

from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Literal

from coterie.analytics.review.model import ArmSums, Measured, Scope
from coterie.experiments.balance import BLOCKS, mismatch
from coterie.experiments.before import adjust_sums
from coterie.experiments.change import Periods, Reading, differences, naive, went_alike
from coterie.experiments.intervals import quantile
from coterie.experiments.model import Interval, Sample, of_counts
from coterie.experiments.sequences import of_difference

Verdict = Literal["works", "harms", "unknown", "blocked"]
Doubt = Literal["not_drawn", "no_holdout", "running", "too_few", "mismatch", "spans_zero"]
Grade = Literal["A", "B", "C", "D"]
Why = Literal["lot", "alike", "not_alike", "before_after", "no_past"]

FEWEST = 50
"""Under so many people in an arm the mean of what they spent follows no law worth an interval."""

FEWEST_BUYERS = 10
"""Under so many buyers in both arms together too."""

_WORTH_IT = 0.98
"""The past is taken out where it takes at least a fiftieth of the variance with it."""

_CENT = 100
WHOLE = 10_000


@dataclass(frozen=True)
class Difference:
    """One outcome, a person invited less a person held out, in the currency or as a share.

    ``interval`` holds at all looks together, ``once`` for a single look settled beforehand.
    """

    invited: float
    held_out: float
    difference: float
    interval: Interval
    once: Interval


@dataclass(frozen=True)
class Effect:
    """The incremental result. ``revenue`` and ``buyers`` are a person; None while nothing is said.

    ``kept`` is the share of variance left where the past was taken out, else None. ``total`` is
    the whole of those invited (low, middle, high; scaled amounts). ``odds`` is how likely arms of
    such sizes are.
    """

    verdict: Verdict
    doubt: Doubt | None
    invited: int
    held_out: int
    contaminated: int
    odds: float
    revenue: Difference | None = None
    buyers: Difference | None = None
    kept: float | None = None
    total: tuple[int, int, int] | None = None
    value: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Evidence:
    """How good the best available evidence is, and the readings that there are.

    ``readings`` are a person's revenue; ``flattery`` members against others as they are.
    """

    grade: Grade
    why: Why
    readings: tuple[Reading, ...]
    flattery: Reading | None


def effect_of(found: Measured, scope: Scope, now: int) -> Effect:
    """Compare the invited with the held out."""
    one, other = found.invited, found.held_out
    share = scope.holdout
    odds = 1.0
    if share is not None and 0 < share < 1:
        odds = mismatch([one.people, other.people], [1 - share, share])
    doubt = _unsaid(one, other, odds, over=now >= scope.until)
    if doubt is not None:
        verdict: Verdict = "blocked" if doubt == "mismatch" else "unknown"
        return Effect(verdict, doubt, one.people, other.people, found.contaminated, odds)
    planned = one.people + other.people
    sharper = adjust_sums(one.periods, other.periods)
    used = sharper.kept <= _WORTH_IT
    samples = (sharper.treated, sharper.held_out) if used else (
        one.periods.second, other.periods.second
    )  # fmt: skip
    revenue = _difference(*samples, planned)
    buyers = _difference(
        of_counts(one.buyers, one.people), of_counts(other.buyers, other.people), planned
    )
    value = _difference(one.worth, other.worth, planned)
    verdict, doubt = _read(revenue.interval)
    return Effect(
        verdict, doubt, one.people, other.people, found.contaminated, odds, revenue, buyers,
        sharper.kept if used else None, _whole(revenue, one.people), _whole(value, one.people),
    )  # fmt: skip


def _unsaid(one: ArmSums, other: ArmSums, odds: float, *, over: bool) -> Doubt | None:
    """Return why nothing may be said, None where something may."""
    if not one.people and not other.people:
        return "not_drawn"
    if not other.people:
        return "no_holdout"
    if odds < BLOCKS:
        return "mismatch"
    if not over:
        return "running"
    few = min(one.people, other.people) < FEWEST or one.buyers + other.buyers < FEWEST_BUYERS
    return "too_few" if few else None


def _difference(one: Sample, other: Sample, planned: int) -> Difference:
    difference = one.mean - other.mean
    half = quantile() * sqrt(one.error**2 + other.error**2)
    return Difference(
        one.mean, other.mean, difference, of_difference(one, other, planned),
        Interval(difference - half, difference + half),
    )  # fmt: skip


def _read(interval: Interval) -> tuple[Verdict, Doubt | None]:
    if interval.low > 0:
        return "works", None
    return ("harms", None) if interval.high < 0 else ("unknown", "spans_zero")


def _whole(of: Difference, people: int) -> tuple[int, int, int]:
    """Return a difference a person as that of all invited, in scaled amounts of whole cents."""
    ends = (of.interval.low, of.difference, of.interval.high)
    low, middle, high = (round(end * people * 100) * _CENT for end in ends)
    return low, middle, high


def incremental_roi(effect: Effect, cost: int, margin: int | None) -> tuple[float, ...] | None:
    """Return (low, middle, high) of the incremental return; None where it cannot be told.

    Discounts are added back before the margin is taken: they are in the cost. The hand-worked
    example of growth G32: 100,000 more at a margin of 40 % for a cost of 25,000 returns 0.6.

    >>> told = Effect("works", None, 1, 1, 0, 1.0, value=(500_000_000, 1_000_000_000, 2 * 10**9))
    >>> incremental_roi(told, 250_000_000, 4_000)
    (-0.2, 0.6, 2.2)
    """
    if effect.value is None or margin is None or cost <= 0:
        return None
    return tuple(round((end * margin / WHOLE - cost) / cost, 6) for end in effect.value)


def gross_roi(worth: int, cost: int, margin: int | None) -> float | None:
    """Return the return as if nobody would have bought anything without the campaign."""
    if margin is None or cost <= 0:
        return None
    return round((worth * margin / WHOLE - cost) / cost, 6)


def evidence_of(found: Measured, effect: Effect) -> Evidence:
    """Grade the best reading that there is, and return the weaker ones beside it."""
    members, others = found.known
    readings = []
    enough = members.people >= FEWEST
    if enough:
        readings.append(naive(members))
    pair = enough and others.people >= FEWEST
    if pair:
        readings.append(differences(members, others))
    flattery = _flattery(members, others) if pair else None
    if effect.revenue is not None:
        return Evidence("A", "lot", tuple(readings), flattery)
    if not enough or not _has_past(members):
        return Evidence("D", "no_past", tuple(readings), flattery)
    if pair and went_alike(members, others) and members.earlier + others.earlier > 0:
        return Evidence("B", "alike", tuple(readings), flattery)
    return Evidence("C", "not_alike" if pair else "before_after", tuple(readings), flattery)


def _has_past(arm: Periods) -> bool:
    return arm.before > 0 or arm.earlier > 0


def _flattery(members: Periods, others: Periods) -> Reading:
    """Read members against others as they are: what a team without a holdout would report."""
    one, other = members.second, others.second
    difference = one.mean - other.mean
    error = sqrt(one.error**2 + other.error**2)
    half = quantile() * error if isfinite(error) else inf
    return Reading("naive", "C", difference, Interval(difference - half, difference + half),
                   other.mean)  # fmt: skip
