"""Relevance: does she care enough for what a message speaks of? Pure.

Interest is what the scores publish of her (``scores.interest.<topic>``); who never showed any has
none. A message may name the topic; otherwise it is the topics of the items that it speaks of, and
the one that she cares most for decides. Where there is no topic at all, nothing is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coterie.messaging.mix import COMMERCIAL
from coterie.messaging.model import Relevance

INTEREST = "scores.interest."


@dataclass(frozen=True)
class Floor:
    """What is asked of somebody: one of these traits is at least so much."""

    traits: tuple[str, ...]
    least: float

    def is_met(self, traits: Mapping[str, Any]) -> bool:
        """Say whether somebody with these traits cares enough."""
        values = (traits.get(name) for name in self.traits)
        return any(
            isinstance(value, int | float) and not isinstance(value, bool) and value >= self.least
            for value in values
        )


def floor_of(
    relevance: Relevance | None,
    touch: str,
    items: Sequence[str],
    topics: Mapping[str, Sequence[str]],
    interest: float = 0.0,
) -> Floor | None:
    """Return what a message asks of a person, None for nothing.

    ``topics`` are those of items; ``interest`` is the house's own floor, for commercial touches.

    >>> floor_of(Relevance(0.5), "commercial", ["chianti"], {"chianti": ["wine/red"]})
    Floor(traits=('scores.interest.wine/red',), least=0.5)
    >>> floor_of(None, "commercial", ["chianti"], {"chianti": ["wine/red"]}) is None
    True
    """
    if relevance is not None and relevance.topic is not None:
        about: Sequence[str] = (relevance.topic,)
    else:
        about = sorted({topic for item in items for topic in topics.get(item, ())})
    least = interest if touch == COMMERCIAL else 0.0
    if relevance is not None:
        least = max(least, relevance.least)
    if touch == "service" or not about or least <= 0:
        return None
    return Floor(tuple(INTEREST + topic for topic in about), least)
