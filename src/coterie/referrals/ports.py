"""What referrals ask of those who know guides, and of those who know channel codes."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from coterie.storage.work import Work


class Owned(Protocol):
    """Whose a customer is now."""

    @property
    def guide(self) -> str | None:
        """Her guide, None while she is in trust of the store."""
        ...


class Source(Protocol):
    """What a channel code's state stands for."""

    @property
    def placement(self) -> str:
        """What the code is for: ``friend:<personal code>`` when it is somebody's own."""
        ...


class Sources(Protocol):
    """Who knows the states of channel codes."""

    def resolve(self, work: Work, states: Collection[str], /) -> Mapping[str, Source]:
        """Return what states stand for; unknown ones have no key."""
        ...


class NoSources:
    """A house without channel codes."""

    def resolve(self, _work: Work, _states: Collection[str]) -> dict[str, Source]:
        """Know none."""
        return {}


class Customers(Protocol):
    """Tells whose customers people are."""

    def owner_of(self, work: Work, profiles: Collection[int], /) -> Mapping[int, Owned]:
        """Return who owns these people now; an unbound one is left out."""
        ...

    def owned_by(self, work: Work, guide: str, /) -> Sequence[int]:
        """Return a guide's customers."""
        ...
