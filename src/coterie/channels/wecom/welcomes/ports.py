"""What welcomes ask of others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from coterie.channels.wecom.welcomes.model import Due
from coterie.codes.channel.welcome import Welcome
from coterie.storage.work import Work

Page = Callable[[str, int], str]
"""Makes the address of a newcomer's own page, of her id at the platform and the moment."""


class First(Protocol):
    """Says a welcome that goes before every other, as a fission's to whom a friend brought."""

    def welcome(self, work: Work, due: Due) -> Welcome | None:
        """Return it, or None when this newcomer is none of its."""
        ...


class Pictures(Protocol):
    """Pictures by the name that a welcome gives them; materials answer it."""

    def bytes_of(self, work: Work, slug: str) -> tuple[Any, Path]:
        """Return what is known of a file, and where it lies; raises NotFound."""
        ...
