"""The port of the SMS channel: what a provider of text messages must do, and what it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from coterie.messaging.channel import Raw, Told


@dataclass(frozen=True)
class Text:
    """One text message; ``key`` is the same at every attempt, ``number`` as +8613800000000.

    ``at`` is in ms UTC.
    """

    key: str
    number: str
    text: str
    segments: int
    at: int


class Provider(Protocol):
    """Somebody who sends text messages and honours the key."""

    def send(self, text: Text) -> str:
        """Hand one over, and return the provider's id of it; raises ChannelError."""
        ...

    def hear(self, raw: Raw) -> Sequence[Told]:
        """Read what it sends later; raises NotPermitted unless it proves to be the provider."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...
