"""The face of what comes by itself in communities, and of their control groups."""

from dataclasses import dataclass

from coterie.communities.coming import store
from coterie.core.clock import MINUTE
from coterie.storage.work import Work

GRAIN = 15 * MINUTE
"""Every zone's midnight falls on a quarter of an hour, so days can be told apart."""


@dataclass(frozen=True)
class Expiring:
    """How many offers of a community run out within the quarter of an hour at ``at``."""

    community: str
    at: int
    people: int


@dataclass(frozen=True)
class LeftOut:
    """One person of a community's control group, and when she was drawn into it."""

    community: str
    profile: int
    at: int


def expiring(work: Work, after: int, until: int) -> list[Expiring]:
    """Count the offers that run out with after < moment <= until, the earliest first."""
    return [Expiring(*row) for row in store.expiring(work, after, until, GRAIN)]


def left_out(work: Work) -> list[LeftOut]:
    """Return everybody whom a community left out on purpose."""
    return [LeftOut(*row) for row in store.held_out(work)]
