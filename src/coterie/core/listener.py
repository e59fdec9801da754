"""How facts go up without an import going up: the road hands them to listeners in order."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from coterie.core.event import Event, Move

WorkT = TypeVar("WorkT", contravariant=True)


class Listener(Protocol[WorkT]):
    """A room that acts on facts. Work is the unit of work that the batch runs in."""

    name: str

    def hear(self, work: WorkT, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:
        """Act on what happened; return the new facts, for the next batch."""
        ...

    def wake(self, work: WorkT) -> list[Event]:
        """Do all that has come due by ``work.now``; return the new facts."""
        ...

    def next_due(self, work: WorkT) -> int | None:
        """Return the earliest moment at which ``wake`` has work, or None."""
        ...
