"""What tasks and scripts ask of those who know the guides: who owns whom, who is on duty.

Answered by the bindings and the organisation; a house without guides has nobody.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from coterie.storage.work import Work


class Owned(Protocol):
    """Whose a customer is now: a guide's, or none's but a store's."""

    @property
    def guide(self) -> str | None:
        """Her guide; None while she is in trust of the store."""
        ...

    @property
    def store(self) -> str | None:
        """Her store."""
        ...


@dataclass(frozen=True)
class OnDuty:
    """An active guide, with her name and her store as pages show them."""

    guide: str
    name: str
    store: str | None = None
    store_title: str = ""


class Owners(Protocol):
    """Tells whose customers people are."""

    def owner_of(self, work: Work, profiles: Collection[int], /) -> Mapping[int, Owned]:
        """Return who owns these people now; an unbound one is left out."""
        ...


class Roster(Protocol):
    """Tells who works here."""

    def roster(self, work: Work, /) -> Sequence[OnDuty]:
        """Return the active guides, in the order in which pages show them."""
        ...


class Nobody:
    """No guides: everybody is unbound, nobody is on duty."""

    def owner_of(self, _work: Work, _profiles: Collection[int]) -> Mapping[int, Owned]:
        """Return nobody."""
        return {}

    def roster(self, _work: Work) -> Sequence[OnDuty]:
        """Return nobody."""
        return ()
