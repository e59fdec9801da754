"""Part an amount by weights, exactly. Pure.

The first gets its share, rounded to the cent; the rest is parted among the others in the same way.
So the parts sum to the amount, are within a cent of the exact share, grow with the amount and never
shrink, and are the weights themselves when the amount is their sum: refunds in any portions take
back exactly what was given.
"""

from collections.abc import Sequence

CENT = 100
"""Amounts are scaled by 10,000."""


def parts(amount: int, weights: Sequence[int]) -> list[int]:
    """Part an amount by weights that are not all zero; a negative one like its opposite.

    >>> parts(1_000_100, [7_000, 3_000]), sum(parts(1_000_100, [7_000, 3_000]))
    ([700100, 300000], 1000100)
    >>> parts(100, [1, 1, 1]), parts(300, [100, 100, 100])
    ([33, 34, 33], [100, 100, 100])
    """
    if amount < 0:
        return [-one for one in parts(-amount, weights)]
    unit = CENT if amount % CENT == 0 and all(one % CENT == 0 for one in weights) else 1
    left, found, rest = amount // unit, [], sum(weights)
    for weight in weights[:-1]:
        mine = (2 * left * weight + rest) // (2 * rest) if rest else 0
        mine = min(mine, left)
        found.append(mine * unit)
        left, rest = left - mine, rest - weight
    return [*found, left * unit]
