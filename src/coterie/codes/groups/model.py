"""The words of live group codes. Moments are milliseconds UTC; groups are the platform's ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

MOST_SHOWN = 5
"""Groups that the platform takes behind one code."""

Status = Literal["on", "off"]


@dataclass(frozen=True)
class Pool:
    """Groups behind one code, in the order in which they are filled.

    ``limit`` is how many a group takes by scanning (an invitation may take it further), ``alert``
    the percentage from which somebody is to be told. With ``auto_create`` the platform makes the
    next group once all shown are full, named ``base_name`` and a number from ``base_id`` on.

    ``radius`` is from how far (km) people are led to it by where they are: of a store's code from
    the store, of a city's from its ``centre`` (degrees north and east). None: from anywhere.
    """

    title: str
    store: str | None = None
    topic: str | None = None
    chats: tuple[str, ...] = ()
    limit: int = 200
    alert: int = 80
    auto_create: bool = False
    base_name: str = ""
    base_id: int = 1
    radius: float | None = None
    centre: tuple[float, float] | None = None


@dataclass(frozen=True)
class GroupCode:
    """A live group code as it is kept."""

    state: str
    version: int
    status: Status
    created: int
    pool: Pool
    source: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The name people know it by."""
        return self.pool.title


@dataclass(frozen=True)
class Size:
    """How many are in a group, and whether it is still there."""

    name: str
    members: int
    alive: bool = True


@dataclass(frozen=True)
class Room:
    """A group of a pool: ``shown`` when it stands behind the code now."""

    chat: str
    name: str
    members: int
    limit: int
    alive: bool
    shown: bool

    @property
    def full(self) -> bool:
        """Whether nobody more comes in by scanning."""
        return self.members >= self.limit


@dataclass(frozen=True)
class Filling:
    """How full a pool is; ``alert`` when somebody is to be told."""

    rooms: tuple[Room, ...]
    members: int
    room: int
    alert: bool

    @property
    def shown(self) -> tuple[str, ...]:
        """The groups behind the code now."""
        return tuple(one.chat for one in self.rooms if one.shown)


@dataclass(frozen=True)
class GroupSource:
    """What the state of a join says."""

    state: str
    store: str | None
    topic: str | None
    title: str


@dataclass(frozen=True)
class Offer:
    """A live group code to be offered to somebody, and by what right: ``store``, ``near``,
    ``city``, ``topic`` or ``all``. ``members`` and ``capacity`` are those of the groups shown.
    """

    state: str
    title: str
    why: Literal["store", "near", "city", "topic", "all"]
    members: int = 0
    capacity: int = 0


@dataclass(frozen=True)
class WantedGroups:
    """What the platform is to show for a live group code now; no groups: nothing can be shown."""

    state: str
    pool: Pool
    chats: tuple[str, ...]
    is_on: bool
    next: int | None


@dataclass(frozen=True)
class Joins:
    """How many came by a code in all, and today."""

    joined: int = 0
    today: int = 0
    by_group: Mapping[str, int] = field(default_factory=dict)
