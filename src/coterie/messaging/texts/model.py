"""What looking at a text tells: what it says to somebody, and what it asks for."""

from dataclasses import dataclass

from coterie.core.errors import Invalid
from coterie.messaging.model import Content


@dataclass(frozen=True)
class Place:
    """One place of a text where a value is written.

    ``path`` is the value's (``traits``, ``city``); ``at`` the text it stands in, as faults name it
    (``text``, ``variants.en.subject``), ``line`` its line, from 1. A place is ``guarded`` when a
    missing value reads well too: it has a default, or stands inside a question for that value.
    """

    path: tuple[str, ...]
    at: str
    line: int
    guarded: bool

    @property
    def name(self) -> str:
        """The path as it is written in a text."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Filled:
    """A template filled in for one person: what ``send`` would write now, or what hinders it.

    ``language`` is the one that is spoken; ``hers`` what is known of her own, empty when nothing.
    ``gaps`` are the places at which she would read nothing.
    """

    profile: int
    language: str
    hers: str
    content: Content | None = None
    fault: Invalid | None = None
    gaps: tuple[Place, ...] = ()
