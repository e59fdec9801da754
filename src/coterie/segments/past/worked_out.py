"""What the house works out of people, such as scores, as it was at a past moment: a port."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from coterie.storage.work import Work

Row = tuple[int, str, Any, int | None]
"""Profile, name of the trait, value, and since when, where that is known."""


class WorkedOut(Protocol):
    """Whoever works traits out: the room of scores, which this room may not know."""

    def traits_at(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> Iterable[Row]:
        """Return these traits of people as they were at ``work.now``, from the log."""
        ...


@dataclass(frozen=True)
class Together:
    """Several who work traits out, asked one after the other; none: no trait is worked out."""

    rooms: tuple[WorkedOut, ...] = ()

    def traits_at(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> Iterable[Row]:
        """Return these traits of people as they were at ``work.now``."""
        for room in self.rooms:
            yield from room.traits_at(work, profiles, names)
