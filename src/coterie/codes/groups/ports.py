"""What live group codes ask of the rooms above them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from coterie.codes.channel.ports import Spot
from coterie.storage.work import Work


class Counted(Protocol):
    """How many are in a group: as in ``model.Size``."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def members(self) -> int:
        """How many are in it, members of ours among them."""
        ...

    @property
    def alive(self) -> bool:
        """Whether it is still there."""
        ...


class Sizes(Protocol):
    """How full groups are; the mirror of the platform answers it."""

    def sizes(self, work: Work, chats: Collection[str]) -> Mapping[str, Counted]:
        """Return what is known of these groups; what nobody knows has no key."""
        ...


class Places(Protocol):
    """Where the stores are."""

    def stores(self, work: Work) -> Sequence[Spot]:
        """Return every store."""
        ...
