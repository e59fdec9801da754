"""The words of plans. Moments are milliseconds UTC, times of day minutes of the store's day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Start = Literal["added", "bought", "joined", "dated", "weekly"]
STARTS: tuple[Start, ...] = get_args(Start)
RELATIVE: tuple[Start, ...] = ("added", "bought", "joined")
"""These count days from something that a person did; the others go by the calendar."""

Missed = Literal["skip", "next", "late"]
MISSED: tuple[Missed, ...] = get_args(Missed)

To = Literal["guide", "store", "role"]
TOS: tuple[To, ...] = get_args(To)

Act = Literal["member", "mass"]
ACTS: tuple[Act, ...] = get_args(Act)

ANCHORS: Mapping[str, tuple[str, ...]] = {
    "added": ("Contact Added",),
    "bought": ("Order Completed",),
    "joined": ("Group Joined", "coterie.community.joined"),
}
"""The events that begin a person's run of a plan, by how it starts."""


@dataclass(frozen=True)
class Step:
    """One thing to do: on ``day`` (N after the start), ``date`` or ``weekday`` (Monday is 0).

    Its window is from minute ``opens`` until before minute ``closes`` of that day. ``member``:
    the guide does it by hand, about one person; ``text`` says what, ``script`` and ``material``
    give her the words and what to show. ``mass``: a message by ``template`` that goes through
    the gate, and waits for the guide's word where the channel asks its sender.
    ``key`` is the step's name for ever: what was given under it is not given again.
    """

    key: str
    opens: int
    closes: int
    day: int | None = None
    date: dt.date | None = None
    weekday: int | None = None
    act: Act = "member"
    text: str = ""
    script: str | None = None
    material: str | None = None
    template: str | None = None
    channel: str = "wecom"
    touch: str = "emotional"


@dataclass(frozen=True)
class Plan:
    """Steps for people: of ``segment`` (asked once, when the first of them is due).

    It ends early for whoever did one of ``ends`` since, or is in ``end_segment``. ``missed`` says
    what becomes of a window that has passed: ``skip`` is over; ``next`` lets whom it came too late
    for have the next day's; ``late`` lets it be done for ``grace`` more days. ``again`` begins
    anew with each start; else a person has it once.
    """

    titles: Mapping[str, str]
    start: Start
    steps: tuple[Step, ...]
    segment: str | None = None
    ends: tuple[str, ...] = ()
    end_segment: str | None = None
    missed: Missed = "next"
    grace: int = 3
    to: To = "guide"
    role: str | None = None
    again: bool = False

    @property
    def is_relative(self) -> bool:
        """Whether its days are counted from what a person did."""
        return self.start in RELATIVE

    @property
    def materials(self) -> set[str]:
        """The materials that its steps show."""
        return {one.material for one in self.steps if one.material}


@dataclass(frozen=True)
class Defined:
    """A plan as it is kept: its newest version, and since when it has been on, None while off."""

    slug: str
    version: int
    plan: Plan
    source: Mapping[str, Any]
    made: int
    by: str
    on_since: int | None = None


@dataclass(frozen=True)
class Run:
    """One person's way through a plan that counts days from ``anchored``.

    ``given`` are the keys of the steps she has had. ``due`` is when to look next, None when
    nothing is left; ``ended`` and ``why``: it ended early, or never began.
    """

    id: str
    plan: str
    profile: int
    occurrence: str
    anchored: int
    given: frozenset[str] = frozenset()
    entered: bool | None = None
    due: int | None = None
    ended: int | None = None
    why: str | None = None


@dataclass(frozen=True)
class Tally:
    """How tasks of a plan went, of a guide, a store or a plan."""

    given: int = 0
    in_time: int = 0
    late: int = 0
    missed: int = 0
    open: int = 0
    overdue: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.given + other.given, self.in_time + other.in_time, self.late + other.late,
            self.missed + other.missed, self.open + other.open, self.overdue + other.overdue,
        )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """The tally of one guide, store and plan."""

    guide: str | None
    store: str | None
    plan: str
    tally: Tally
