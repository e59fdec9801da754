"""What claims ask of the people they are about."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from coterie.core.people import Led
from coterie.storage.work import Work


class People(Protocol):
    """Who joins people and parts them again: ``profiles``."""

    def join(self, work: Work, profile: int, other: int, how: Any, evidence: str) -> Any:
        """Join two people, from now on and for all that was."""
        ...

    def undo(self, work: Work, merge_id: int) -> Any:
        """Part what a merge has joined."""
        ...

    def merges_of(self, work: Work, profile: int) -> Sequence[Any]:
        """Return a person's merges."""
        ...

    def heads(self, work: Work, profiles: Collection[int]) -> dict[int, int]:
        """Return the head of each of these profiles."""
        ...

    def led(self, work: Work) -> Led:
        """Return everybody who is led by another."""
        ...
