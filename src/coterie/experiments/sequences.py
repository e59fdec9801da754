"""Intervals that stay true however often one looks: asymptotic confidence sequences. Pure.

An interval of fixed sample size is wrong more often than one time in twenty once somebody looks
every day and stops when she likes what she sees. A confidence sequence holds at all looks
together: the chance that the truth is ever outside is at most one in twenty.

Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas, "Time-uniform central limit
theory and asymptotic confidence sequences", arXiv:2103.06476 (2021): theorem 2.2 for a mean, and
theorem 3.2 for the difference of two randomised arms, whose doubly robust estimate with the arms'
own means as its only regression is the difference of means; its variance a unit is the number of
all units times the squared standard error.

    margin(n) = sqrt(2 (n r + 1) / (n^2 r) * log(sqrt(n r + 1) / alpha)),   r = rho^2

``r`` decides where the sequence is tightest. It is chosen for the sample that was planned (their
appendix B.2), exactly: ``n r = -W(-alpha^2 / e) - 1`` with the lower branch of Lambert's W. So
the plan costs nothing in truth, only in width: at the planned size it is 1.55 times that of an
interval for one look.
"""

from math import e

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import lambertw

from coterie.experiments.intervals import LEVEL
from coterie.experiments.model import Interval, Sample

Numbers = NDArray[np.float64]

_TIGHTEST = float(-lambertw(-((1 - LEVEL) ** 2) / e, k=-1).real - 1)
"""n r at the planned n. Of the usual level for all levels, so that their sequences are nested."""

EVERYTHING = Interval(float("-inf"), float("inf"))
"""What is known of nobody."""


def margins(people: ArrayLike, planned: float, level: float = LEVEL) -> Numbers:
    """Return half the width for units of variance 1, after so many of them.

    ``planned`` is the number of units at which the sequence is to be tightest.

    >>> round(float(margins(5_000, 5_000)) / (1.959964 / 5_000**0.5), 2)
    1.55
    """
    rho2 = _TIGHTEST / max(1.0, planned)
    n = np.maximum(np.asarray(people, dtype=np.float64), 1.0)
    inner = n * rho2 + 1
    found: Numbers = np.sqrt(2 * inner / (n * n * rho2) * np.log(np.sqrt(inner) / (1 - level)))
    return found


def half_widths(
    errors: ArrayLike, people: ArrayLike, planned: float, level: float = LEVEL
) -> Numbers:
    """Return half the width around an estimate with such standard errors, from so many units."""
    n = np.asarray(people, dtype=np.float64)
    found: Numbers = np.asarray(errors, dtype=np.float64) * np.sqrt(n) * margins(n, planned, level)
    return found


def of_difference(one: Sample, other: Sample, planned: float, level: float = LEVEL) -> Interval:
    """Return the always-valid interval of ``one`` less ``other``; ``planned`` is of both arms.

    >>> from coterie.experiments.model import of_counts
    >>> found = of_difference(of_counts(1_300, 9_000), of_counts(100, 1_000), planned=10_000)
    >>> round(found.low, 3), round(found.high, 3)
    (0.013, 0.075)
    """
    if one.people < 2 or other.people < 2:
        return EVERYTHING
    error = (one.error**2 + other.error**2) ** 0.5
    half = float(half_widths(error, one.people + other.people, planned, level))
    return Interval(one.mean - other.mean - half, one.mean - other.mean + half)


def p_value(one: Sample, other: Sample, planned: float) -> float:
    """Return the always-valid p-value of no difference: the level whose interval just holds it.

    The interval of level ``1 - p`` ends at zero; solved for p, with z the difference in standard
    errors: ``p = sqrt(n r + 1) * exp(-z^2 n r / (2 (n r + 1)))``, at most 1.
    """
    if one.people < 2 or other.people < 2:
        return 1.0
    error = (one.error**2 + other.error**2) ** 0.5
    if not error:
        return 1.0 if one.mean == other.mean else 0.0
    inner = (one.people + other.people) * _TIGHTEST / max(1.0, planned)
    z = (one.mean - other.mean) / error
    found = np.sqrt(inner + 1) * np.exp(-z * z * inner / (2 * (inner + 1)))
    return float(min(1.0, found))
