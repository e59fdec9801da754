"""What channel codes ask of the rooms above them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from coterie.storage.work import Work


class Known(Protocol):
    """What is known of a guide: as in ``model.Standing``, without who is away."""

    @property
    def userid(self) -> str | None:
        """What the platform calls her."""
        ...

    @property
    def name(self) -> str:
        """What people call her."""
        ...

    @property
    def active(self) -> bool:
        """Whether she can be given newcomers."""
        ...

    @property
    def since(self) -> int | None:
        """When her account was opened; None: long ago."""
        ...


class Spot(Protocol):
    """A store, as far as codes ask: as in ``model.Place``."""

    @property
    def key(self) -> str:
        """Its id."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    @property
    def zone(self) -> str | None:
        """Its time zone's name."""
        ...

    @property
    def latitude(self) -> float | None:
        """Degrees north."""
        ...

    @property
    def longitude(self) -> float | None:
        """Degrees east."""
        ...


class Guides(Protocol):
    """Who the guides are; the organisation answers it."""

    def standings(self, work: Work, guides: Collection[str]) -> Mapping[str, Known]:
        """Return what is known of these guides; whom nobody knows has no key."""
        ...

    def of_userids(self, work: Work, userids: Collection[str]) -> Mapping[str, str]:
        """Return the guides of these WeCom members; who is none has no key."""
        ...

    def of_store(self, work: Work, store: str) -> Sequence[str]:
        """Return who serves at a store now, in order."""
        ...

    def stores(self, work: Work) -> Sequence[Spot]:
        """Return every store."""
        ...
