"""Which topics rise: more than chance, and more than the house as a whole. Pure."""

from collections.abc import Mapping
from math import sqrt

from coterie.scores.touches.model import Rising, TopicTouches

SURE = 1.96
"""Standard deviations of chance: one topic in forty would pass by luck alone."""

FEWEST = 20
"""Touches in both months together, below which nothing is said."""


def rising(topics: Mapping[str, TopicTouches], whole: TopicTouches) -> list[Rising]:
    """Return the topics that rise, the most surprising first.

    Given n touches of a topic in both months, those of the last one are binomial with the share
    that the last month has of all touches (the conditional test of two Poisson rates:
    Przyborowski and Wilenski, Biometrika 1940). ``whole`` counts the touches of all topics.

    >>> whole = TopicTouches(month=1000, before=1000)
    >>> found = rising({"up": TopicTouches(60, 20), "as ever": TopicTouches(45, 40)}, whole)
    >>> [(one.topic, one.expected, round(one.surprise, 1)) for one in found]
    [('up', 40.0, 4.5)]
    """
    both = whole.month + whole.before
    if not whole.month or not whole.before:
        return []
    share = whole.month / both
    found = []
    for topic, touches in topics.items():
        n = touches.month + touches.before
        if n < FEWEST:
            continue
        expected = n * share
        surprise = (touches.month - expected) / sqrt(n * share * (1 - share))
        if surprise > SURE:
            found.append(Rising(topic, touches, expected, surprise))
    return sorted(found, key=lambda one: (-one.surprise, one.topic))
