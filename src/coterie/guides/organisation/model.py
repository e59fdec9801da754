"""The words of the organisation. Moments are milliseconds UTC; every name is a slug."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["offline", "cloud"]
KINDS: tuple[Kind, ...] = ("offline", "cloud")
Role = Literal["guide", "manager"]
ROLES: tuple[Role, ...] = ("guide", "manager")
FAR = 2**53
"""The end of what has no end yet, so that ends can be compared."""


@dataclass(frozen=True)
class Region:
    """A part of the country with the stores in it; ``parent`` is the region that it lies in."""

    id: str
    title: str
    parent: str | None = None


@dataclass(frozen=True)
class Dealer:
    """Somebody else's company that runs stores of the brand."""

    id: str
    title: str
    region: str | None = None


@dataclass(frozen=True)
class Store:
    """Where customers are served: a shop, or a cloud store that has no door.

    ``hours`` are openings by weekday (1 is Monday), such as ``{"1": "10:00-22:00"}``. ``closed``
    is since when it is no more, ``heir`` the store that takes over its customers. ``department``
    is the number of the WeCom department whose members serve here.
    """

    id: str
    title: str
    kind: Kind = "offline"
    region: str | None = None
    dealer: str | None = None
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    zone: str | None = None
    hours: dict[str, str] = field(default_factory=dict)
    closed: int | None = None
    heir: str | None = None
    department: int | None = None


@dataclass(frozen=True)
class Place:
    """A store as those see it who look for the nearest."""

    key: str
    title: str
    zone: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Guide:
    """Somebody who serves customers: her names, her stores of now, the main one first.

    ``left`` is since when she does so no more; ``away`` until when she is on leave; ``contact``
    whether the platform lets her have customers; ``since`` when her account was opened.
    """

    id: str
    name: str
    userid: str | None = None
    email: str | None = None
    role: Role = "guide"
    stores: tuple[str, ...] = ()
    left: int | None = None
    away_until: int | None = None
    contact: bool = True
    since: int | None = None
    away: bool = False

    @property
    def active(self) -> bool:
        """Whether she can be given customers: she is there, and the platform lets her."""
        return self.left is None and self.contact

    @property
    def store(self) -> str | None:
        """Her main store."""
        return self.stores[0] if self.stores else None


@dataclass(frozen=True)
class Post:
    """A guide's time at a store; ``until`` is ``FAR`` as long as it lasts."""

    guide: str
    store: str
    since: int
    until: int = FAR
    main: bool = True


@dataclass(frozen=True)
class Standing:
    """What the keeper of codes asks of a guide."""

    userid: str | None
    name: str
    active: bool
    since: int | None


@dataclass(frozen=True)
class Ends:
    """When guides left and stores closed (and whose customers went where), as bindings need it."""

    left: dict[str, int] = field(default_factory=dict)
    closed: dict[str, tuple[int, str | None]] = field(default_factory=dict)
