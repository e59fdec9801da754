"""What answers would say if nobody had been silent: post-stratification. Pure.

People are parted by a trait. Each answer counts for as many as its stratum has people for every
answer of it, so that the strata weigh as they do among all who were asked. It makes up for silence
that hangs on the trait, and for no other; a stratum in which nobody answered stays unheard, and
the part that it makes is told.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """What an answer of each stratum counts (1 in the mean), and what the whole is worth."""

    by: Mapping[str, float]
    unheard: float
    effective: float


def weights(asked: Mapping[str, int], answered: Mapping[str, int]) -> Weights:
    """Return the weights of answers by stratum, given how many were asked and how many answered.

    >>> weights({"a": 80, "b": 20}, {"a": 10, "b": 10}).by
    {'a': 1.6, 'b': 0.4}
    """
    heard = {name: number for name, number in answered.items() if number and asked.get(name)}
    whole, reached = sum(asked.values()), sum(asked[name] for name in heard)
    count = sum(heard.values())
    by = {name: asked[name] / reached * count / number for name, number in heard.items()}
    squares = sum(number * by[name] ** 2 for name, number in heard.items())
    return Weights(
        by=by,
        unheard=(whole - reached) / whole if whole else 0.0,
        effective=count**2 / squares if squares else 0.0,
    )


def weighted(
    of: Mapping[int, float], strata: Mapping[int, str], by: Mapping[str, float]
) -> float | None:
    """Return the weighted mean of people's values; None where nobody has a weight."""
    total = sum(by.get(strata[one], 0.0) for one in of)
    if not total:
        return None
    return sum(value * by.get(strata[one], 0.0) for one, value in of.items()) / total


def sizes(strata: Mapping[int, str]) -> dict[str, int]:
    """Count the people of each stratum, the largest first."""
    return dict(Counter(strata.values()).most_common())
