"""What stands, out of what was said: the newest fact, and since when the value has been so.

The law: whatever the order in which facts arrive, the same facts give the same standing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from coterie.profiles.model import Fact, Standing


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands now, and the facts that have become past by it."""

    standing: Standing
    past: list[Fact]


def is_late(standing: Standing | None, arrived: Iterable[Fact]) -> bool:
    """Say whether a fact arrived that is older than what stands, so that the past must be read."""
    return standing is not None and any(fact.order < standing.fact.order for fact in arrived)


def settle(standing: Standing | None, arrived: Iterable[Fact]) -> Settled | None:
    """Add facts that are newer than what stands; None when nothing new was said.

    A fact that stands already, said again under its own message id, counts once.
    """
    past: list[Fact] = []
    before = standing
    for fact in sorted(arrived, key=lambda fact: fact.order):
        if standing is None:
            standing = Standing(fact, fact.time)
        elif fact.order > standing.fact.order:
            past.append(standing.fact)
            since = standing.since if _carries_on(standing.fact, fact) else fact.time
            standing = Standing(fact, since)
    return None if standing is None or standing is before else Settled(standing, past)


def settle_late(standing: Standing, past: Iterable[Fact], arrived: Iterable[Fact]) -> Settled:
    """Tell the whole story anew, because something older was said only now."""
    story = {fact.order: fact for fact in arrived}
    story.update((fact.order, fact) for fact in past)
    story[standing.fact.order] = standing.fact
    settled = settle(None, story.values())
    return settled or Settled(standing, [])


def _carries_on(older: Fact, newer: Fact) -> bool:
    same = (older.value, older.digest) == (newer.value, newer.digest)
    return same and (older.until is None or newer.time <= older.until)
