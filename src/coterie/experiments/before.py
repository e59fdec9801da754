"""Take out of an outcome what was known before the draw (CUPED). Pure.

Source: A. Deng, Y. Xu, R. Kohavi, T. Walker, "Improving the sensitivity of online controlled
experiments by utilizing pre-experiment data", WSDM 2013: with theta = cov(Y, X) / var(X) the mean
of Y - theta (X - mean X) has variance (1 - rho^2) of the mean of Y, and the same expectation, as
X was settled before anybody was drawn. Who has no past counts as 0 with an indicator of her own,
so theta has two parts, fitted by least squares within the arms (which is the analysis of
covariance).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.experiments.change import Periods
from coterie.experiments.model import Sample

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Adjusted:
    """Both arms without what was known before; ``kept`` is the share of variance that is left."""

    treated: Sample
    held_out: Sample
    kept: float


def adjust(
    outcome: ArrayLike,
    before: ArrayLike,
    treated: ArrayLike,
    *,
    missing: ArrayLike | None = None,
    people: ArrayLike | None = None,
) -> Adjusted:
    """Adjust an outcome by the same measure of the time before the draw.

    Arrays of one length, an entry a person; or, with ``people``, an entry for as many people as
    share it. ``missing`` says of whom nothing was known before.
    """
    y = np.asarray(outcome, dtype=np.float64)
    arm = np.asarray(treated, dtype=bool)
    weight = np.ones_like(y) if people is None else np.asarray(people, dtype=np.float64)
    unknown = np.zeros_like(y) if missing is None else np.asarray(missing, dtype=np.float64)
    x = np.where(unknown > 0, 0.0, np.asarray(before, dtype=np.float64))
    known = np.column_stack([x, unknown])
    theta = _fit(_within(y[:, None], arm, weight)[:, 0], _within(known, arm, weight), weight)
    centre = np.average(known, axis=0, weights=weight)
    left = y - (known - centre) @ theta
    raw = [_sample(y[of], weight[of]) for of in (arm, ~arm)]
    told, held_out = (_sample(left[of], weight[of]) for of in (arm, ~arm))
    whole = sum(sample.error**2 for sample in raw)
    kept = (told.error**2 + held_out.error**2) / whole if whole else 1.0
    return Adjusted(told, held_out, float(kept))


def adjust_sums(treated: Periods, held_out: Periods) -> Adjusted:
    """Adjust the measure after by the measure before, from each arm's sums alone.

    The same as ``adjust`` where everybody's past is known; arms of fewer than two stay as they are.
    """
    arms = (treated, held_out)
    if min(arm.people for arm in arms) < 2:
        return Adjusted(treated.second, held_out.second, 1.0)
    past = sum(arm.before_squares - arm.before**2 / arm.people for arm in arms)
    both = sum(arm.products - arm.before * arm.after / arm.people for arm in arms)
    theta = both / past if past > 0 else 0.0
    centre = sum(arm.before for arm in arms) / sum(arm.people for arm in arms)
    one, other = (_without(arm, theta, centre) for arm in arms)
    whole = sum(arm.second.error**2 for arm in arms)
    kept = (one.error**2 + other.error**2) / whole if whole else 1.0
    return Adjusted(one, other, kept)


def _without(arm: Periods, theta: float, centre: float) -> Sample:
    squares = (
        arm.after_squares - arm.after**2 / arm.people
        - 2 * theta * (arm.products - arm.before * arm.after / arm.people)
        + theta**2 * (arm.before_squares - arm.before**2 / arm.people)
    )  # fmt: skip
    mean = arm.after / arm.people - theta * (arm.before / arm.people - centre)
    return Sample(arm.people, mean, max(0.0, squares / (arm.people - 1)))


def winsorise(values: ArrayLike, share: float = 0.99) -> Numbers:
    """Cut values above the quantile ``share`` down to it, so that a few rich ones decide nothing.

    Cut outcome and past alike, and both arms at one height.

    >>> [float(value) for value in winsorise([1, 2, 3, 4, 1_000], 0.75)]
    [1.0, 2.0, 3.0, 4.0, 4.0]
    """
    given: Numbers = np.asarray(values, dtype=np.float64)
    if not given.size:
        return given
    return np.asarray(given.clip(max=float(np.quantile(given, share))), dtype=np.float64)


def _within(columns: Numbers, arm: NDArray[np.bool_], weight: Numbers) -> Numbers:
    """Take each arm's mean out of its rows."""
    centred = columns.copy()
    for of in (arm, ~arm):
        if weight[of].sum():
            centred[of] = columns[of] - np.average(columns[of], axis=0, weights=weight[of])
    return centred


def _fit(y: Numbers, known: Numbers, weight: Numbers) -> Numbers:
    root = np.sqrt(weight)
    found = np.linalg.lstsq(known * root[:, None], y * root, rcond=None)[0]
    return np.asarray(found, dtype=np.float64)


def _sample(values: Numbers, weight: Numbers) -> Sample:
    people = int(weight.sum())
    if people < 2:
        return Sample(people, float(values[0]) if values.size else 0.0, 0.0)
    mean = float(np.average(values, weights=weight))
    variance = float((weight * (values - mean) ** 2).sum() / (people - 1))
    return Sample(people, mean, variance)
