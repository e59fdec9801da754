"""All that is told of how a programme spreads, of its participants and referrals. Pure."""

from collections.abc import Sequence

from coterie.referrals.cascades.estimating import (
    amplification,
    cycle,
    effective,
    generations,
    three,
)
from coterie.referrals.cascades.model import Forest, Spread
from coterie.referrals.cascades.shaping import came, forest, shape
from coterie.referrals.model import Referral
from coterie.referrals.programmes.model import Participant


def spread(
    participants: Sequence[Participant], referrals: Sequence[Referral], now: int,
    audience: int = 0,
) -> tuple[Spread, Forest]:  # fmt: skip
    """Tell how a programme spreads, and return its trees."""
    trees = forest(participants, referrals)
    k = three(trees, now)
    quantiles, by_day = cycle(trees)
    people = len(trees.entered)
    joined = sum(came(one) for one in referrals)
    return (
        Spread(
            k=k,
            generations=generations(trees, now),
            cycle=quantiles,
            by_day=by_day,
            shape=shape(trees),
            touches=round(len(referrals) / people, 4) if people else None,
            conversion=round(joined / len(referrals), 4) if referrals else None,
            amplification=None if k is None else amplification(k.clean),
            effective=None if k is None or not audience else effective(k.clean, people, audience),
        ),
        trees,
    )
