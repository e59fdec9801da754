"""The words of one experiment: what was asked, what the log says, what may be read from it."""

from dataclasses import dataclass
from typing import Literal

from coterie.analytics.model import Lift
from coterie.experiments.change import Periods, Reading
from coterie.experiments.model import Interval
from coterie.experiments.ratios import Sums

UNIVERSAL = "universal"
"""The origin that stands for everything that is not asked for: whom the gate leaves out of all."""

GUARDS = ("opted_out", "bounced", "complained", "refunded")


@dataclass(frozen=True)
class Question:
    """Whose experiment, which outcome (``*``: anything), within how long (ms), up to when.

    Several origins are one experiment where they share one draw: a programme.
    """

    origins: tuple[str, ...]
    event: str
    window: int
    until: int


@dataclass(frozen=True)
class Stage:
    """How far one arm came: everybody drawn, whom a message reached or would have, and so on.

    ``reached`` passed the gate (a shadow's message would have been sent), ``held`` did not at any
    time; ``settled`` are those whose window is over, ``did`` of them did it.
    """

    drawn: int = 0
    reached: int = 0
    sent: int = 0
    held: int = 0
    settled: int = 0
    did: int = 0


@dataclass(frozen=True)
class Cell:
    """People of one arm who are alike: did it or not, before and after, or had no past at all."""

    held_out: bool
    did: bool
    before: bool
    unknown: bool
    people: int


@dataclass(frozen=True)
class DaySum:
    """People of one arm whose window ended on a day (counted in UTC), and who of them did it."""

    held_out: bool
    day: int
    people: int
    did: int


@dataclass(frozen=True)
class UnitSum:
    """One drawn group's people, and who of them did it; ``unit`` None: people drawn singly."""

    held_out: bool
    unit: str | None
    people: int
    did: int


@dataclass(frozen=True)
class ArmSum:
    """People who drew one arm at a node, in the order of the definition; ``share`` as meant."""

    node: str
    arm: str
    share: int
    people: int
    did: int
    waiting: int


@dataclass(frozen=True)
class Measured:
    """What the log says of one experiment. Arms come as (treated, held out).

    ``first_day`` counts by arm who did it by the day of the first time. ``worth`` is what people's
    paid orders of the window brought (refunds taken off) over how many they were; the largest
    hundredth of buyers counts as much as the one at its edge.
    """

    stages: tuple[Stage, Stage]
    first_day: tuple[tuple[int, ...], tuple[int, ...]]
    cells: tuple[Cell, ...]
    days: tuple[DaySum, ...]
    units: tuple[UnitSum, ...]
    periods: tuple[Periods, Periods]
    others: Periods
    guards: tuple[tuple[int, ...], tuple[int, ...]]
    worth: tuple[Sums, Sums]
    arms: tuple[ArmSum, ...]


@dataclass(frozen=True)
class Step:
    """The result as it stood at the end of a day (``at``, ms UTC)."""

    at: int
    people: int
    difference: float
    interval: Interval


@dataclass(frozen=True)
class Guard:
    """Something that must not happen more often: how many of each arm, and the difference."""

    name: str
    treated: int
    held_out: int
    difference: float
    interval: Interval

    @property
    def harmed(self) -> bool:
        """Whether it happens more often to the treated, beyond chance."""
        return self.interval.low > 0


@dataclass(frozen=True)
class Sharper:
    """The same difference with what was known before taken out; ``kept`` is the variance left."""

    difference: float
    interval: Interval
    kept: float


@dataclass(frozen=True)
class Worth:
    """What orders brought by arm, a person or an order, in the brand's currency."""

    treated: float
    held_out: float
    interval: Interval

    @property
    def difference(self) -> float:
        """How much more the treated brought."""
        return self.treated - self.held_out


@dataclass(frozen=True)
class Contender:
    """One arm of several: against the first by an interval true for all arms together.

    ``p`` is always valid and adjusted after Holm; the first arm has no interval. ``best`` is the
    chance that it is the best, ``loss`` what choosing it loses on average, as a share of people.
    """

    arm: str
    people: int
    did: int
    waiting: int
    share: int
    difference: float
    interval: Interval | None
    p: float
    best: float
    loss: float

    @property
    def rate(self) -> float:
        """The share of those who did it; 0 of nobody."""
        return self.did / self.people if self.people else 0.0

    @property
    def verdict(self) -> Literal["better", "worse", "unknown"]:
        """What may be said of it against the first arm."""
        if self.interval is None or self.p > 0.05:
            return "unknown"
        return "better" if self.difference > 0 else "worse"


@dataclass(frozen=True)
class Race:
    """The arms of one node; ``blocked`` where their sizes do not fit the draw."""

    node: str
    contenders: tuple[Contender, ...]
    blocked: bool


@dataclass(frozen=True)
class Trial:
    """One experiment, read: the verdict, and what stands behind it.

    Everything but ``lift``, ``stages`` and ``races`` is empty while nothing can be said, where the
    result is blocked, and where groups were drawn, since it counts people. ``rise`` is the lift as
    a share of the held-out's rate. ``groups`` is how many groups each arm has.
    """

    lift: Lift
    stages: tuple[Stage, Stage]
    steps: tuple[Step, ...] = ()
    guards: tuple[Guard, ...] = ()
    sharper: Sharper | None = None
    readings: tuple[Reading, ...] = ()
    rise: tuple[float, Interval] | None = None
    races: tuple[Race, ...] = ()
    groups: tuple[int, int] | None = None
    a_person: Worth | None = None
    an_order: Worth | None = None
