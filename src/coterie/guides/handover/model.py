"""The words of handing over. Moments are milliseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from coterie.core.clock import DAY, HOUR

Kind = Literal["on_job", "resigned"]
State = Literal["asked", "waiting", "done", "refused", "limit", "failed", "skipped"]
STATES: tuple[State, ...] = ("asked", "waiting", "done", "refused", "limit", "failed", "skipped")
"""``waiting``: the customer may still refuse. ``skipped``: not tried, the reason says why."""
OPEN: tuple[State, ...] = ("asked", "waiting")
ChatState = Literal["asked", "done", "failed"]

PER_CALL = 100
TWICE, WITHIN = 2, 90 * DAY
"""A customer of somebody at work is handed over so often within so long."""
REFUSABLE = 24 * HOUR
CHATS_A_DAY = 300
"""Groups that the platform gives to one new owner a day."""
LONGEST = 200
"""Characters of what the customer reads."""


@dataclass(frozen=True)
class Handover:
    """What somebody of the house asked for: one guide's customers (or some) to another."""

    id: str
    kind: Kind
    giver: str
    taker: str
    giver_userid: str
    taker_userid: str
    message: str
    created: int
    by: str
    rest_until: int = 0
    finished: int | None = None


@dataclass(frozen=True)
class Row:
    """One customer of a handover. ``external`` is the platform's name of her; empty: not there."""

    handover: str
    profile: int
    external: str
    state: State
    reason: str = ""
    sent: int | None = None
    settled: int | None = None
    id: int = 0


@dataclass(frozen=True)
class Chat:
    """One group of a handover."""

    handover: str
    chat: str
    name: str
    state: ChatState
    reason: str = ""
    settled: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What somebody is about to ask for."""

    giver: str
    taker: str
    message: str = ""
    profiles: frozenset[int] | None = None
    chats: bool = True


@dataclass(frozen=True)
class Preflight:
    """What would become of it, before anybody asks.

    ``customers`` will be asked for at the platform, ``ours`` only in our own books, since the
    platform does not know them. ``skipped`` counts the others by reason. ``faults`` say why it
    cannot be asked for at all.
    """

    kind: Kind
    customers: tuple[tuple[int, str], ...]
    ours: tuple[int, ...]
    skipped: Mapping[str, tuple[int, ...]]
    chats: tuple[tuple[str, str], ...]
    faults: tuple[str, ...] = ()
    externals: Mapping[int, str] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """How many calls at the platform it takes."""
        return -(-len(self.customers) // PER_CALL)

    @property
    def days_for_chats(self) -> int:
        """How many days the groups take."""
        return -(-len(self.chats) // CHATS_A_DAY)
