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
_FAR, _LOST = 30.0, 1e9
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
    gammaln, unit = scipy.special.gammaln, float(np.median(z))
    z = z / unit

    def loss(logs: Floats) -> float:
        if np.abs(logs).max() > _FAR:
            return _LOST
        p, q, gamma = np.exp(logs)
        px = p * x
        each = (
            gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(gamma)
            + (px - 1) * np.log(z) + px * np.log(x) - (px + q) * np.log(gamma + x * z)
        )  # fmt: skip
        value = -float(each.mean())
        return value if np.isfinite(value) else _LOST

    found = scipy.optimize.minimize(
        loss, _START, method="Nelder-Mead",
        options={"maxiter": 2_000, "xatol": 1e-5, "fatol": 1e-9},
    )  # fmt: skip
    p, q, gamma = (float(one) for one in np.exp(found.x))
    if not found.success or not found.fun < _LOST or q <= 1:
        return None
    spread = float(np.corrcoef(x, z)[0, 1]) if np.ptp(x) > 0 else 0.0
    return GammaGamma(p, q, gamma * unit, spread)
