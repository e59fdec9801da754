"""What groups ask of the rooms beside them; the composition root gives it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from coterie.storage.work import Work


class Chat(Protocol):
    """A customer group as the platform's mirror knows it."""

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
        """The userid of who sends into it."""
        ...

    @property
    def members(self) -> int:
        """How many are in it, guides included."""
        ...

    @property
    def status(self) -> str:
        """``alive`` or ``dismissed``."""
        ...

    @property
    def created(self) -> int | None:
        """When it was made, if that is known."""
        ...


class Chats(Protocol):
    """Which customer groups the platform has."""

    def chats(
        self, work: Work, /, *, living: bool = True, chat_ids: Collection[str] | None = None
    ) -> Sequence[Chat]:
        """Return groups, by name: all, or these."""
        ...


class Asked(Protocol):
    """A send into groups as it was taken."""

    @property
    def id(self) -> str:
        """Its name."""
        ...


class Into(Protocol):
    """What became of a send in one group."""

    @property
    def state(self) -> str:
        """``waiting``, ``asked``, ``sent`` or ``unsent``."""
        ...

    @property
    def reason(self) -> str | None:
        """Why it was not sent."""
        ...

    @property
    def at(self) -> int:
        """Since when."""
        ...


class Sender(Protocol):
    """Asks the owners of groups to send into them; nothing is sent before they confirm."""

    def send_to_groups(
        self,
        work: Work,
        title: str,
        text: str,
        chats: Collection[str],
        /,
        *,
        materials: Sequence[str] = (),
        expires: int | None = None,
        key: str = "",
    ) -> Asked:
        """Ask for one content in some groups; the same ``key`` is one send. Raises Invalid."""
        ...

    def into_groups(
        self, work: Work, asked: Collection[tuple[str, str]], /
    ) -> Mapping[tuple[str, str], Into]:
        """Return what became of sends in their groups, by (send, chat id)."""
        ...


class Questions(Protocol):
    """What polls ask."""

    def words(self, work: Work, poll: str, /) -> str:
        """Return a question with its choices, as it is written into a group; raises NotFound."""
        ...
