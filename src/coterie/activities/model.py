"""An activity, a person's registration for it, and the counts between the two."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from coterie.core.event import Event

Form = Literal["tasting", "course", "live", "salon", "seminar", "lecture", "forum", "party"]
Level = Literal["entry", "intermediate", "advanced"]

Standing = Literal["open", "over", "called_off"]

State = Literal["invited", "registered", "waiting", "cancelled", "attended", "no_show", "missed"]
"""``waiting`` for a seat; ``missed``: still waiting when it ended; the rest say themselves."""

SEATED: tuple[State, ...] = ("registered", "attended", "no_show")
"""Who holds, or held, one of the seats."""

NO_SHOW_TAG = "no-show"


@dataclass(frozen=True)
class Words:
    """How an activity speaks: its channel, and templates for the invitation and for notices.

    A notice tells a registered person what became of her seat; empty: none is sent.
    """

    channel: str
    invitation: str = ""
    notice: str = ""


@dataclass(frozen=True)
class Activity:
    """What people come to. Times are milliseconds UTC; ``capacity`` None: no limit.

    ``prerequisite`` is the level that must have been passed to register. ``segment`` and
    ``community`` name whom the operator invites; others may register by her hand all the same.
    """

    slug: str
    titles: Mapping[str, str]
    about: Mapping[str, str]
    form: Form
    starts: int
    ends: int
    topics: tuple[str, ...] = ()
    level: Level | None = None
    prerequisite: Level | None = None
    place: str = ""
    link: str = ""
    host: str = ""
    capacity: int | None = None
    waiting_list: bool = True
    register_by: int | None = None
    segment: str | None = None
    community: str | None = None
    words: Words | None = None
    standing: Standing = "open"

    @property
    def item(self) -> str:
        """Name the catalog's item that this activity is."""
        return f"activity:{self.slug}"

    @property
    def closes(self) -> int:
        """The moment from which nobody registers herself any more."""
        return self.starts if self.register_by is None else min(self.register_by, self.starts)

    def title(self, language: str = "en") -> str:
        """Return the title in a language, in the first one written where it has none."""
        return _in(language, self.titles)

    def description(self, language: str = "en") -> str:
        """Return what it is about in a language; empty where nothing is written."""
        return _in(language, self.about) if self.about else ""


def _in(language: str, texts: Mapping[str, str]) -> str:
    return texts.get(language) or next(iter(texts.values()))


def level_tag(level: Level) -> str:
    """Name the tag of those who passed a level."""
    return f"passed:{level}"


@dataclass(frozen=True)
class Registration:
    """How one person stands to one activity; ``attempt`` counts her sign-ups from 1.

    ``place`` orders the waiting list. ``came_with`` is the profile that the row was born to.
    ``is_spare`` marks the lesser of two rows of people who turned out to be one. All times in ms.
    """

    id: str
    activity: str
    profile: int
    came_with: int
    state: State
    since: int
    attempt: int = 0
    place: int | None = None
    code: str | None = None
    via: str = ""
    invited: int | None = None
    registered: int | None = None
    message: str | None = None
    checked_in: int | None = None
    checked_by: str | None = None
    passed: int | None = None
    passed_by: str | None = None
    is_spare: bool = False


@dataclass(frozen=True)
class Funnel:
    """How many people stand where: from being asked to having passed.

    ``invited`` and ``signed_up`` count everybody who ever was; the others stand there now.
    """

    invited: int = 0
    signed_up: int = 0
    registered: int = 0
    waiting: int = 0
    cancelled: int = 0
    attended: int = 0
    no_show: int = 0
    missed: int = 0
    passed: int = 0

    @property
    def taken(self) -> int:
        """The seats that are held, or were when it ended."""
        return self.registered + self.attended + self.no_show


@dataclass(frozen=True)
class Defined:
    """What a definition caused: facts, and the items whose topics changed."""

    facts: list[Event]
    retagged: frozenset[str]


@dataclass(frozen=True)
class Asked:
    """What inviting came to: how many were asked, and how many were held, by reason."""

    invited: int
    held: Mapping[str, int]
    facts: list[Event]


@dataclass(frozen=True)
class Registered:
    """How somebody stands after she registered or cancelled."""

    registration: Registration
    facts: list[Event]


@dataclass(frozen=True)
class Given:
    """What came of giving seats: the facts, and why some got none, by profile."""

    facts: list[Event]
    refused: Mapping[int, str]


Entry = Literal["welcome", "used", "unknown", "waiting", "cancelled", "other", "closed"]


@dataclass(frozen=True)
class CheckIn:
    """What became of a code at the door.

    ``used`` says by ``registration`` who came in with it and when; ``other`` that it is for another
    activity, ``waiting`` and ``cancelled`` that its owner has no seat, ``closed`` that the activity
    was called off.
    """

    entry: Entry
    registration: Registration | None
    facts: list[Event]
