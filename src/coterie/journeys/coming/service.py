"""The face of what comes by itself in journeys."""

from dataclasses import dataclass

from coterie.core.clock import MINUTE
from coterie.journeys.coming import store
from coterie.storage.work import Work

GRAIN = 15 * MINUTE
"""Every zone's midnight falls on a quarter of an hour, so days can be told apart."""


@dataclass(frozen=True)
class Due:
    """How many people go on at one node of a journey within the quarter of an hour at ``at``."""

    journey: str
    node: str
    at: int
    people: int


def dues(work: Work, after: int, until: int) -> list[Due]:
    """Count the waits that end with after < moment <= until, the earliest first."""
    return [Due(*row) for row in store.due(work, after, until, GRAIN)]
