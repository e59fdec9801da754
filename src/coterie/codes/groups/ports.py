"""What live group codes ask of the rooms above them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from coterie.codes.channel.model import Place
from coterie.codes.groups.model import Size
from coterie.storage.work import Work


class Sizes(Protocol):
    """How full groups are; the mirror of the platform answers it."""

    def sizes(self, work: Work, chats: Collection[str]) -> Mapping[str, Size]:
        """Return what is known of these groups; what nobody knows has no key."""
        ...


class Places(Protocol):
    """Where the stores are."""

    def stores(self, work: Work) -> Sequence[Place]:
        """Return every store."""
        ...
