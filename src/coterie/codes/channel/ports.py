"""What channel codes ask of the rooms above them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from coterie.codes.channel.model import Place, Standing
from coterie.storage.work import Work


class Guides(Protocol):
    """Who the guides are; the organisation answers it."""

    def standings(self, work: Work, guides: Collection[str]) -> Mapping[str, Standing]:
        """Return what is known of these guides; whom nobody knows has no key."""
        ...

    def of_userids(self, work: Work, userids: Collection[str]) -> Mapping[str, str]:
        """Return the guides of these WeCom members; who is none has no key."""
        ...

    def of_store(self, work: Work, store: str) -> Sequence[str]:
        """Return who serves at a store now, in order."""
        ...

    def stores(self, work: Work) -> Sequence[Place]:
        """Return every store."""
        ...
