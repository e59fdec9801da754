"""The words of the ledger. Amounts are whole numbers of an account's unit, never fractions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["pending", "posted", "voided", "lapsed"]


@dataclass(frozen=True)
class Account:
    """Something that holds a balance in one unit; ``floor`` is what it never falls below."""

    name: str
    unit: str
    floor: int | None = None


@dataclass(frozen=True)
class Line:
    """What one entry does to one account."""

    account: str
    amount: int


@dataclass(frozen=True)
class Entry:
    """What happened, as lines that sum to nothing in each unit; written once, never changed.

    ``key`` makes it happen once; ``about`` says what it was for, in plain JSON, and names no
    person. ``reverses`` is the entry that this one takes back, which happens once at most.
    """

    key: str
    kind: str
    lines: tuple[Line, ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    reverses: int | None = None


@dataclass(frozen=True)
class Posted:
    """An entry as it stands; ``again`` when it stood already."""

    id: int
    at: int
    again: bool


@dataclass(frozen=True)
class Balance:
    """What an account holds now. ``held`` is what is reserved of it."""

    account: str
    unit: str
    balance: int
    held: int
    floor: int | None


@dataclass(frozen=True)
class Movement:
    """One line of an account's history, with what it held afterwards."""

    entry: int
    at: int
    kind: str
    amount: int
    after: int
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Ask:
    """Something to be set aside; at ``expires`` (ms UTC) it goes back by itself."""

    key: str
    amount: int
    expires: int | None = None


@dataclass
class Reservation:
    """An amount set aside: ``pending`` until it is posted, voided or has lapsed.

    ``turn`` counts what happened to it; ``entry`` is the one that posted it.
    """

    key: str
    account: str
    amount: int
    expires: int | None
    state: State
    turn: int = 0
    posted: int = 0
    entry: int | None = None
    to: str = ""


@dataclass(frozen=True)
class Difference:
    """Where the ledger contradicts itself: an account's balance, or an entry's sum."""

    where: str
    kept: int
    counted: int
