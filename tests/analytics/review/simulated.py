"""A simulated base: some like the brand more than others, and those join more often and buy more.

What each would spend, told or not, is known here; so is what telling her really brings.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coterie.analytics.review.model import ArmSums, Measured, Total
from coterie.experiments.change import Periods

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Everybody drawn: both outcomes of each, what she spent before, and the truth."""

    invited: NDArray[np.bool_]
    joined: NDArray[np.bool_]
    spent: Numbers
    before: Numbers
    earlier: Numbers
    truth: float


def world(seed: int, lift: float, people: int = 2_000, holdout: float = 0.2) -> World:
    """Draw a base; ``lift`` is how many more of a hundred members buy because they are asked."""
    random = np.random.default_rng(seed)
    fondness = random.beta(2, 6, people)
    price = np.round(random.lognormal(6.0, 0.5, people), 2)

    def spending() -> Numbers:
        return np.where(random.random(people) < fondness, price, 0.0)

    earlier, before, untold = spending(), spending(), spending()
    moved = random.random(people) < lift / 100
    would_join = random.random(people) < fondness * 1.6
    told = np.where(would_join & moved & (untold == 0), price, untold)
    invited = random.random(people) >= holdout
    # some come by a poster at the door, whoever was invited
    joined = would_join & (invited | (random.random(people) < 0.1))
    spent = np.where(invited, told, untold)
    return World(invited, joined, spent, before, earlier, float((told - untold).mean()))


def periods(of: World, chosen: NDArray[np.bool_]) -> Periods:
    """Sum some people up as the SQL does."""
    after, before, earlier = of.spent[chosen], of.before[chosen], of.earlier[chosen]
    return Periods(
        int(chosen.sum()), before.sum(), after.sum(), (before**2).sum(), (after**2).sum(),
        (before * after).sum(), earlier.sum(), (earlier**2).sum(), (earlier * before).sum(),
    )  # fmt: skip


def measured(of: World) -> Measured:
    """Return what the log would say of them."""

    def arm(chosen: NDArray[np.bool_]) -> ArmSums:
        spent = of.spent[chosen]
        return ArmSums(
            periods(of, chosen), int((spent > 0).sum()), int(of.joined[chosen].sum()),
            float(spent.sum()), float((spent**2).sum()),
        )  # fmt: skip

    return Measured(
        total=Total(joined=int(of.joined.sum()), buyers=int((of.spent[of.joined] > 0).sum())),
        invited=arm(of.invited),
        held_out=arm(~of.invited),
        known=(periods(of, of.joined), periods(of, ~of.joined)),
    )
