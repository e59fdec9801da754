"""The face of what waits in the outbox."""

from dataclasses import dataclass

from coterie.core.clock import MINUTE
from coterie.messaging.coming import store
from coterie.storage.work import Work

GRAIN = 15 * MINUTE
"""Every zone's hours begin on a quarter of an hour."""


@dataclass(frozen=True)
class Waiting:
    """How many messages of one sender and kind go out in the quarter of an hour at ``at``."""

    origin: str
    channel: str
    touch: str
    at: int
    messages: int


def waiting(work: Work, until: int) -> list[Waiting]:
    """Count what is queued to go out by ``until``; what is late counts as now."""
    return [Waiting(*row) for row in store.waiting(work, until, GRAIN)]


def slots(work: Work, until: int, most: int) -> list[tuple[int, int]] | None:
    """Return whose slots are taken when, as (profile, due); None where more than ``most`` wait."""
    found = store.slots(work, until, most + 1)
    return None if len(found) > most else found
