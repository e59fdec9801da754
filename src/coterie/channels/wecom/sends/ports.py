"""What mass sends ask of the rooms beside them; the composition root gives it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coterie.core.event import Event
from coterie.messaging.channel import Told
from coterie.messaging.model import Message
from coterie.storage.work import Work


class Follow(Protocol):
    """A guide who may write to a customer, since when, and when they last spoke, if it is known."""

    @property
    def guide(self) -> str:
        """Her userid."""
        ...

    @property
    def since(self) -> int:
        """Since when (ms UTC)."""
        ...

    @property
    def spoke(self) -> int | None:
        """When they last spoke."""
        ...


class Chat(Protocol):
    """A customer group."""

    @property
    def chat_id(self) -> str:
        """The platform's name of it."""
        ...

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def owner(self) -> str:
        """The userid of who sends to it."""
        ...

    @property
    def members(self) -> int:
        """How many are in it."""
        ...

    @property
    def status(self) -> str:
        """Whether it is alive."""
        ...


class Contacts(Protocol):
    """Who follows whom on WeCom; ``channels.wecom.mirror`` answers it."""

    def externals_of(self, work: Work, profiles: Collection[int], /) -> Mapping[int, Sequence[str]]:
        """Return by which identities WeCom knows people."""
        ...

    def profiles_of(self, work: Work, externals: Collection[str], /) -> Mapping[str, int]:
        """Return whose identities these are."""
        ...

    def followers(
        self, work: Work, externals: Collection[str], /
    ) -> Mapping[str, Sequence[Follow]]:
        """Return the guides who may write to customers."""
        ...

    def chats(self, work: Work, /) -> Sequence[Chat]:
        """Return the customer groups."""
        ...


class Staff(Protocol):
    """Who is whose guide, and what guides are called; ``guides`` answers it."""

    def owners(self, work: Work, profiles: Collection[int], /) -> Mapping[int, str]:
        """Return the userid of each person's owner by the binding ledger."""
        ...

    def guide_names(self, work: Work, userids: Collection[str], /) -> Mapping[str, str]:
        """Return what guides are called, those that are known."""
        ...


class NoStaff:
    """Nobody owns anybody, and guides are called by their userids."""

    def owners(self, _work: Work, _profiles: Collection[int]) -> Mapping[int, str]:
        """Return nobody."""
        return {}

    def guide_names(self, _work: Work, _userids: Collection[str]) -> Mapping[str, str]:
        """Return nothing."""
        return {}


@dataclass(frozen=True)
class Piece:
    """A material as it goes out: a picture, a film, a file with its bytes, or a link.

    ``digest`` names the bytes, so that they are uploaded once in three days.
    """

    kind: str
    title: str = ""
    text: str = ""
    url: str = ""
    picture: str = ""
    path: Path | None = None
    name: str = ""
    digest: str = ""


Pieces = Callable[[Work, Sequence[str]], list[Piece]]
"""Return what materials are made of, by their slugs; raises NotFound, Conflict."""


Said = Callable[[Work, Collection[str]], Mapping[str, Message]]
"""Return messages by id with what they say."""
Tell = Callable[[Work, Sequence[Told]], object]
"""Let messaging and the road hear what became of messages."""
OfOrigin = Callable[[Work, str], bool]
"""Say something of whoever asks for messages, such as ``broadcast:spring``."""
Emit = Callable[[Sequence[Event], int], None]
"""Let the road carry what customers did."""
