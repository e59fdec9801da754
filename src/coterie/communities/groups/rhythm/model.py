"""The words of rhythms: plays by a group's age, its stages, and what was played."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from coterie.core.clock import HOUR
from coterie.messaging.model import Touch

PlayKind = Literal["welcome", "benefit", "topic", "poll", "fission", "reminder", "material"]
KINDS: tuple[PlayKind, ...] = (
    "welcome", "benefit", "topic", "poll", "fission", "reminder", "material",
)  # fmt: skip
Stage = Literal["early", "middle", "late"]
STAGES: tuple[Stage, ...] = ("early", "middle", "late")
FIRST_DAYS: Mapping[str, int] = {"early": 0, "middle": 7, "late": 21}


@dataclass(frozen=True)
class Play:
    """One thing that is posted: on a ``day`` of age, or ``every`` so often (RRULE, days only).

    Day 0 is the day on which a group was opened. A recurrence counts from the day of age
    ``since`` to ``until`` (None: for ever). ``at`` is the minute of the local day. ``lasts`` is
    how long (ms) the guide may still confirm it.
    """

    name: str
    kind: PlayKind
    titles: Mapping[str, str]
    day: int | None = None
    every: str | None = None
    since: int = 0
    until: int | None = None
    at: int = 10 * 60
    text: str = ""
    materials: tuple[str, ...] = ()
    poll: str | None = None
    link: str | None = None
    touch: Touch = "informational"
    lasts: int = 10 * HOUR


@dataclass(frozen=True)
class Rhythm:
    """Plays in the order in which they are written; on days in ``skip`` there are none.

    Plays come up to ``jitter`` minutes later than written, another delay for each guide, so that
    not all are asked at once. ``stages`` says from which day of age each begins.
    """

    slug: str
    titles: Mapping[str, str]
    plays: tuple[Play, ...]
    skip: frozenset[date] = frozenset()
    jitter: int = 20
    stages: Mapping[str, int] = field(default_factory=lambda: FIRST_DAYS)


@dataclass(frozen=True)
class Coming:
    """A play that is to come, on a day of its zone."""

    at: int
    day: date
    play: Play


@dataclass(frozen=True)
class Played:
    """What became of a play in a group.

    ``state`` is ``asked`` (the guide has yet to confirm), ``sent``, ``unsent`` or ``skipped``,
    the last two with a reason; ``since`` is when it came into it.
    """

    play: str
    kind: str
    titles: Mapping[str, str]
    at: int
    state: str
    since: int
    reason: str | None = None
    send: str | None = None


def stage_of(age: int, stages: Mapping[str, int] = FIRST_DAYS) -> Stage:
    """Return the stage of a group by its age in days.

    >>> stage_of(2), stage_of(8), stage_of(40)
    ('early', 'middle', 'late')
    """
    begun: list[Stage] = [one for one in STAGES if stages.get(one, FIRST_DAYS[one]) <= age]
    return begun[-1] if begun else "early"
