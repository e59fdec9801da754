"""How often people come back, and whether one still does: the BG/NBD model. Pure, over columns.

Fader, Hardie, Lee: "Counting your customers" the easy way, Marketing Science 24(2), 2005. While
she is a customer, a person buys at a rate that is Gamma(r, alpha) among people; after each purchase
she leaves for ever with a chance that is Beta(a, b). Known of her are x (how often she came back),
t_x (from the first to the last purchase) and T (from the first to now), in one unit of time.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy  # its parts load when they are first asked for: a start-up should not wait for them
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST = 30_000
"""Different histories that are fitted; of more, every k-th, in the order of their numbers."""

_SINGULAR = 1e-5
_COARSE = 2_000
"""So many histories find out where the maximum is; then all are asked."""

_STARTS = ((1.0, 1.0, 1.0, 2.0), (0.3, 0.3, 0.5, 2.0))
_FAR, _LOST = 30.0, 1e9
"""Logarithms of parameters are kept within so much of 0; where there is no number, this is lost."""


@dataclass(frozen=True)
class Comings:
    """Histories, one a row: ``x`` comings back, ``t_x``, ``T``, and how many people have it."""

    x: Floats
    t_x: Floats
    T: Floats
    people: Floats

    @staticmethod
    def of(x: NDArray[Any], t_x: NDArray[Any], T: NDArray[Any]) -> "Comings":  # noqa: N803
        """Gather people with the same history into one row."""
        rows: Floats = np.column_stack([x, t_x, T]).astype(np.float64)
        different, people = np.unique(rows, axis=0, return_counts=True)
        x, t_x, T = different.T  # noqa: N806 (the paper's names)
        whole = Comings(x, t_x, T, people.astype(np.float64))
        return whole.every(-(-len(x) // MOST))

    @cached_property
    def numbers(self) -> tuple[Floats, NDArray[np.intp]]:
        """Return the different numbers of comings back, and which of them each history has."""
        numbers, each = np.unique(self.x, return_inverse=True)
        return numbers, each

    def every(self, step: int) -> "Comings":
        """Return every ``step``-th history, in their order: a sample that is always the same."""
        chosen = slice(None, None, max(step, 1))
        return Comings(self.x[chosen], self.t_x[chosen], self.T[chosen], self.people[chosen])


@dataclass(frozen=True)
class BgNbd:
    """The fitted model; ``log_likelihood`` is of what it was fitted to."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = np.nan

    def p_alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:  # noqa: N803
        """Return the chance that a person still is a customer; 1 for who never came back.

        >>> model = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> one = model.p_alive(np.array([2.0]), np.array([30.43]), np.array([38.86]))
        >>> round(float(one[0]), 4)
        0.7266
        """
        odds = (
            np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
            + (self.r + x) * (np.log(self.alpha + T) - np.log(self.alpha + t_x))
        )  # fmt: skip
        alive: Floats = np.where(x > 0, scipy.special.expit(-odds), 1.0)
        return alive

    def expected(self, t: float, x: Floats, t_x: Floats, T: Floats) -> Floats:  # noqa: N803
        """Return how often a person is expected to order in the next ``t``.

        The paper's equation 10, by Euler's transformation of its hypergeometric function, which
        stays in range for whoever ordered hundreds of times.
        """
        if abs(self.a - 1) < _SINGULAR:  # a removable singularity: the mean of both sides
            sides = (1 - 2 * _SINGULAR, 1 + 2 * _SINGULAR)
            near = [BgNbd(self.r, self.alpha, a, self.b).expected(t, x, t_x, T) for a in sides]
            return (near[0] + near[1]) / 2
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        z = t / (alpha + T + t)
        series = scipy.special.hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        with np.errstate(over="ignore", invalid="ignore"):
            rest = (1 - z) ** (a - 1) * series
        if not np.isfinite(rest).all():  # a very large: there the untransformed one is in range
            plain = (1 - z) ** (r + x) * scipy.special.hyp2f1(r + x, b + x, a + b + x - 1, z)
            rest = np.where(np.isfinite(rest), rest, plain)
        times: Floats = (a + b + x - 1) / (a - 1) * (1 - rest) * self.p_alive(x, t_x, T)
        return np.maximum(times, 0)

    def p_order(self, t: float, x: Floats, t_x: Floats, T: Floats) -> Floats:  # noqa: N803
        """Return the chance that a person orders at all in the next ``t``.

        While she is a customer her rate is Gamma(r + x, alpha + T): the chance of none is its
        Laplace transform at ``t``.
        """
        none = np.exp((self.r + x) * (np.log(self.alpha + T) - np.log(self.alpha + T + t)))
        chance: Floats = self.p_alive(x, t_x, T) * (1 - none)
        return chance


def log_likelihood(logs: Floats, comings: Comings) -> tuple[float, Floats]:
    """Return the log-likelihood (the paper's equation 6) and its slope.

    Both at the logarithms of r, alpha, a, b. What asks of x alone is worked out once a number.
    """
    r, alpha, a, b = np.exp(logs)
    betaln, gammaln, psi = scipy.special.betaln, scipy.special.gammaln, scipy.special.psi
    number, each = comings.numbers
    back = np.maximum(number, 1) - 1
    till_now, till_last = np.log(alpha + comings.T), np.log(alpha + comings.t_x)
    again = r + comings.x
    base = (gammaln(r + number) - gammaln(r) + r * np.log(alpha))[each]
    stays = (betaln(a, b + number) - betaln(a, b))[each] - again * till_now
    left = (betaln(a + 1, b + back) - betaln(a, b))[each] - again * till_last
    returned = comings.x > 0
    both = np.where(returned, np.logaddexp(stays, left), stays)
    gone = np.where(returned, np.exp(np.minimum(left - both, 0)), 0.0)
    people, lost = comings.people, comings.people * gone
    # what every history of a number has in common, weighted by people, and by those who are gone
    kept = np.bincount(each, people - lost, len(number))
    lost_of = np.bincount(each, lost, len(number))
    all_of = kept + lost_of
    together = psi(a + b + number)
    slope = np.array([
        all_of @ (psi(r + number) - psi(r) + np.log(alpha))
        - (people - lost) @ till_now - lost @ till_last,
        people.sum() * r / alpha
        - (people - lost) @ (again / (alpha + comings.T)) - lost @ (again / (alpha + comings.t_x)),
        kept @ (psi(a) - together) + lost_of @ (psi(a + 1) - together)
        - people.sum() * (psi(a) - psi(a + b)),
        kept @ (psi(b + number) - together) + lost_of @ (psi(b + back) - together)
        - people.sum() * (psi(b) - psi(a + b)),
    ])  # fmt: skip
    return float(people @ (base + both)), slope * np.exp(logs)


def fit(comings: Comings) -> BgNbd | None:
    """Fit the model by maximum likelihood; None when no maximum is found.

    Time is scaled so that the longest T is 10: alpha scales back with it.
    """
    longest = float(comings.T.max(initial=0))
    if longest <= 0 or not (comings.x > 0).any():
        return None
    unit = longest / 10
    scaled = Comings(comings.x, comings.t_x / unit, comings.T / unit, comings.people)
    few = scaled.every(-(-len(comings.x) // _COARSE))
    best = None
    for start in _STARTS:
        found = _least(few, np.log(start))
        if found.fun < _LOST and (best is None or found.fun < best.fun):
            best = found
    best = best and _least(scaled, best.x)
    if best is None or not best.fun < _LOST:
        return None
    r, alpha, a, b = (float(one) for one in np.exp(best.x))
    fitted = np.log([r, alpha * unit, a, b])
    return BgNbd(r, alpha * unit, a, b, log_likelihood(fitted, comings)[0])


def _least(comings: Comings, start: Floats) -> Any:
    options = {"maxiter": 2_000, "ftol": 1e-13, "gtol": 1e-7}
    reach = [(-_FAR, _FAR)] * len(start)
    return scipy.optimize.minimize(
        _loss, start, (comings,), method="L-BFGS-B", jac=True, bounds=reach, options=options
    )


def _loss(logs: Floats, comings: Comings) -> tuple[float, Floats]:
    """Return the mean loss of a person, and its slope."""
    value, slope = log_likelihood(logs, comings)
    people = float(comings.people.sum())
    if not (np.isfinite(value) and np.isfinite(slope).all()):
        return _LOST, np.zeros(len(logs))
    return -value / people, -slope / people
