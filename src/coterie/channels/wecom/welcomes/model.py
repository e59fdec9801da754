"""The words of welcomes. Moments are milliseconds UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

Status = Literal[
    "waiting", "sending", "sent", "expired", "taken", "no_code", "none", "blocked", "already",
    "failed",
]  # fmt: skip
STATUSES: tuple[Status, ...] = (
    "sent", "expired", "taken", "no_code", "none", "blocked", "already", "failed", "waiting",
    "sending",
)  # fmt: skip
"""``taken`` (41051): a welcome was sent by another hand, or the chat had begun. ``no_code``: the
platform gave none. ``none``: nobody wrote one. ``blocked``: her nickname. ``already``: told her.
"""

Origin = Literal["fission", "special", "slot", "code", "guide", "brand"]
"""Whose welcome it was; the first of these that says something counts."""


@dataclass(frozen=True)
class Came:
    """Somebody was added: ``id`` is the callback's, ``at`` its CreateTime, ``code`` its
    WelcomeCode ("" where there was none), ``half`` before the guide took her back.
    """

    id: str
    userid: str
    external_userid: str
    state: str = ""
    code: str = ""
    at: int = 0
    half: bool = False


@dataclass(frozen=True)
class Due:
    """A welcome that waits; ``tries`` counts attempts that were begun before."""

    id: str
    userid: str
    external_userid: str
    state: str
    code: str
    at: int
    deadline: int
    tries: int
    busy: int


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt; ``retry`` when it is tried again."""

    id: str
    status: Status
    origin: Origin | None = None
    errcode: int | None = None
    reason: str = ""
    busy: int = 0
    retry: int | None = None
    sent: int | None = None


@dataclass(frozen=True)
class Told:
    """A welcome as a page shows it; nobody's name or id is in it."""

    id: str
    userid: str
    state: str
    at: int
    status: Status
    origin: Origin | None
    errcode: int | None
    reason: str
    tries: int
    busy: int
    sent: int | None


@dataclass(frozen=True)
class Figures:
    """What became of welcomes: how many of each status, and how long those sent took (ms)."""

    counts: Mapping[str, int] = field(default_factory=dict)
    took: Sequence[int] = ()

    @property
    def total(self) -> int:
        """How many came."""
        return sum(self.counts.values())

    @property
    def p95(self) -> int | None:
        """The time (ms) within which 95 of 100 were sent; None when none was."""
        return percentile(self.took, 95)


def percentile(values: Sequence[int], part: int) -> int | None:
    """Return the value that so many of a hundred do not exceed.

    >>> percentile([3, 1, 2], 95), percentile([], 95)
    (3, None)
    """
    ordered = sorted(values)
    return ordered[ceil(len(ordered) * part / 100) - 1] if ordered else None
