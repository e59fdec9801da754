"""The words of channel codes. Moments are milliseconds UTC; guides and stores are plain ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from coterie.codes.channel.welcome import Welcome

Way = Literal["together", "round_robin", "sequential", "random", "weighted"]
WAYS: tuple[Way, ...] = ("together", "round_robin", "sequential", "random", "weighted")

Group = Literal["none", "store", "topic"]
GROUPS: tuple[Group, ...] = ("none", "store", "topic")

Status = Literal["on", "off", "over"]

Why = Literal["duty", "spare", "last_resort", "nobody"]
Passed = Literal["off_duty", "away", "left", "cap", "warm_up", "turn"]

MOST_GUIDES = 100
"""How many the platform shows behind one code, once departments and stores are spelt out."""


@dataclass(frozen=True)
class Slot:
    """Hours of some weekdays (0 is Monday), in minutes from midnight.

    One that ends no later than it starts runs into the next day and belongs to the day it starts
    on. ``guides`` are who is on duty, all of the code's when empty.
    """

    days: frozenset[int]
    start: int
    end: int
    guides: tuple[str, ...] = ()
    welcome: Welcome | None = None


@dataclass(frozen=True)
class Special:
    """Days with hours of their own, ``first`` to ``last``; without slots nobody is on duty."""

    title: str
    first: date
    last: date
    slots: tuple[Slot, ...] = ()
    welcome: Welcome | None = None


@dataclass(frozen=True)
class Share:
    """A guide behind a code: at most ``cap`` adds a day through it; ``weight`` where weighted."""

    guide: str
    cap: int | None = None
    weight: int = 1


@dataclass(frozen=True)
class Plan:
    """Who is shown when. Empty ``guides`` or ``spare`` that are ``of_store`` are the store's."""

    guides: tuple[Share, ...]
    way: Way = "together"
    slots: tuple[Slot, ...] = ()
    specials: tuple[Special, ...] = ()
    spare: tuple[str, ...] = ()
    guides_of_store: bool = False
    spare_of_store: bool = False


PERSONAL = "friend:"
"""How the placement of a code begins that is somebody's own; lists of codes leave such out."""


@dataclass(frozen=True)
class Filter:
    """Which codes are wanted; empty asks nothing. ``text`` is a part of a title or a state."""

    text: str = ""
    store: str = ""
    guide: str = ""
    campaign: str = ""
    status: str = ""


@dataclass(frozen=True)
class Key:
    """What a code is of: there is one code of a key, and of each generation after it leaked."""

    guide: str | None = None
    store: str | None = None
    campaign: str = ""
    placement: str = ""


@dataclass(frozen=True)
class Definition:
    """A code as its author wrote it."""

    key: Key
    title: str
    plan: Plan
    tags: tuple[str, ...] = ()
    welcome: Welcome | None = None
    group: Group = "none"
    topic: str | None = None
    ends: int | None = None
    skip_verify: bool = True


@dataclass(frozen=True)
class ChannelCode:
    """A code as it is kept; ``successor`` is whose place it gave its scans to."""

    state: str
    version: int
    status: Status
    created: int
    definition: Definition
    source: Mapping[str, Any]
    successor: str | None = None
    generation: int = 1

    @property
    def title(self) -> str:
        """The name people know it by."""
        return self.definition.title

    @property
    def key(self) -> Key:
        """What it is of."""
        return self.definition.key


@dataclass(frozen=True)
class Standing:
    """What is known of a guide now.

    ``active`` is False for one who left or may not add customers; ``since`` is when her account
    was opened (None: long ago); ``away`` until ``until`` (None: until she says so).
    """

    userid: str | None
    name: str = ""
    active: bool = True
    since: int | None = None
    away: bool = False
    until: int | None = None


@dataclass(frozen=True)
class Taken:
    """What was added, ascending moments by guide: ``today`` through one code, ``recent`` through
    all codes within the hour. ``turn`` counts the code's adds ever, ``last`` is who took the last.
    """

    today: Mapping[str, Sequence[int]] = field(default_factory=dict)
    recent: Mapping[str, Sequence[int]] = field(default_factory=dict)
    turn: int = 0
    last: str | None = None


@dataclass(frozen=True)
class Live:
    """Who is shown, by what right, and why each of the others is not."""

    guides: tuple[str, ...]
    why: Why
    passed: Mapping[str, Passed]
    special: str | None = None


@dataclass(frozen=True)
class Source:
    """What a scan's state says. ``effective`` is the state whose word counts (a disabled code's
    successor); tags, welcome and store are that one's.
    """

    state: str
    guide: str | None
    store: str | None
    campaign: str
    placement: str
    tags: tuple[str, ...]
    effective: str


@dataclass(frozen=True)
class Numbers:
    """What came of a code: people added, those of them who then came into a group, added today."""

    added: int = 0
    joined: int = 0
    today: int = 0


@dataclass(frozen=True)
class Place:
    """A store, as far as codes ask."""

    key: str
    title: str = ""
    zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Wanted:
    """What the platform is to show for a code now: these members; None when nothing more."""

    state: str
    title: str
    userids: tuple[str, ...] | None
    live: Live | None
    skip_verify: bool
    next: int | None
