"""What an order of a person will be worth: the Gamma-Gamma model. Pure, over columns.

Fader, Hardie: The Gamma-Gamma Model of Monetary Value, 2013. Orders of one person scatter about a
mean of her own by a Gamma law of shape p; the scales of people are Gamma(q, gamma). It takes the
mean as independent of how often she orders, so that correlation is reported beside the fit.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # its parts load when they are first asked for: a start-up should not wait for them
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_START = np.log([2.0, 3.0, 1.0])
_FAR = 12.0
"""Where the logarithms of parameters end: there is no maximum nearer."""
_SAMPLE = 200_000


@dataclass(frozen=True)
class GammaGamma:
    """The fitted model: mean order values are in the currency's units."""

    p: float
    q: float
    gamma: float
    correlation: float = 0.0

    def expected(self, orders: Floats, mean: Floats) -> Floats:
        """Return the expected worth of a person's next order, given how many she made of what mean.

        >>> one = GammaGamma(6.25, 3.74, 15.44).expected(np.array([0.0]), np.array([0.0]))
        >>> round(float(one[0]), 2)
        35.22
        """
        worth: Floats = self.p * (self.gamma + orders * mean) / (self.p * orders + self.q - 1)
        return worth


def fit(orders: Floats, mean: Floats) -> GammaGamma | None:
    """Fit by maximum likelihood to people's numbers of orders and their mean; None without one.

    All of them must be above 0. Values are scaled by their median, and ``gamma`` back.
    """
    step = -(-len(orders) // _SAMPLE) or 1
    x, z = orders[::step].astype(np.float64), mean[::step].astype(np.float64)
    if len(x) < 2 or np.ptp(z) == 0:
        return None
    unit = float(np.median(z))
    spent = Spent.of(x, z / unit)
    found = scipy.optimize.minimize(
        spent.loss, _START, jac=True, method="L-BFGS-B", bounds=[(-_FAR, _FAR)] * 3,
        options={"maxiter": 2_000, "ftol": 1e-13, "gtol": 1e-7},
    )  # fmt: skip
    p, q, gamma = (float(one) for one in np.exp(found.x))
    if not np.isfinite(found.fun) or np.abs(found.x).max() >= _FAR or q <= 1:
        return None
    spread = float(np.corrcoef(x, z)[0, 1]) if np.ptp(x) > 0 else 0.0
    return GammaGamma(p, q, gamma * unit, spread)


@dataclass(frozen=True)
class Spent:
    """What the likelihood asks of people: most of it is sums, and how many made so many orders."""

    x: Floats
    paid: Floats
    """What each one paid in all: ``x`` times her mean."""
    numbers: Floats
    people: Floats
    """How many of them made each of the ``numbers`` of orders."""
    sum_log: float
    """The sum of ``log(x z)``, weighted by x."""
    constant: float

    @staticmethod
    def of(x: Floats, z: Floats) -> "Spent":
        """Gather people of ``x`` orders of mean ``z``."""
        numbers, people = np.unique(x, return_counts=True)
        sum_log, constant = float(x @ np.log(x * z)), -float(np.log(z).sum())
        return Spent(x, x * z, numbers, people.astype(np.float64), sum_log, constant)

    def loss(self, logs: Floats) -> tuple[float, Floats]:
        """Return the mean loss of a person at the logarithms of p, q, gamma, and its slope."""
        p, q, gamma = np.exp(logs)
        gammaln, psi = scipy.special.gammaln, scipy.special.psi
        each, all_of_them = p * self.numbers, float(self.people.sum())
        reach = gamma + self.paid
        far, weight = np.log(reach), p * self.x + q
        total = (
            self.people @ (gammaln(each + q) - gammaln(each))
            + all_of_them * (q * np.log(gamma) - gammaln(q))
            + p * self.sum_log + self.constant - weight @ far
        )  # fmt: skip
        slope = np.array([
            self.people @ (self.numbers * (psi(each + q) - psi(each)))
            + self.sum_log - self.x @ far,
            self.people @ psi(each + q) + all_of_them * (np.log(gamma) - psi(q)) - far.sum(),
            all_of_them * q / gamma - (weight / reach).sum(),
        ])  # fmt: skip
        return -float(total) / all_of_them, -slope * np.exp(logs) / all_of_them
