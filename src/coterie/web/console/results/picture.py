"""Where the marks of an interval stand in its picture. Pure; lengths in units of the viewBox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coterie.analytics.model import Arm, Lift
from coterie.analytics.series import curve
from coterie.analytics.trial.model import Step
from coterie.experiments.intervals import wilson

WIDTH, HEIGHT = 240.0, 28.0
_STEPS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Half-widths of a scale, of which the first that holds everything worth seeing is taken."""

_MOST_STEPS = 60

CURVE_WIDTH, CURVE_HEIGHT = 600.0, 220.0


@dataclass(frozen=True)
class Bar:
    """One interval drawn: ``zero`` is the line of no difference; ends that stick out are cut."""

    zero: float
    left: float
    right: float
    middle: float
    cut_left: bool
    cut_right: bool

    @property
    def length(self) -> float:
        """How long the bar is; never so short that it is not seen."""
        return max(1.0, self.right - self.left)


def scale(lifts: Iterable[Lift]) -> float:
    """Return the half-width of one scale for all of them, as a difference in 0..1.

    Those with too few people in an arm have no say: they would make all others a dot.
    """
    widest = max(
        (
            max(abs(one.interval.low), abs(one.interval.high))
            for one in lifts
            if one.interval is not None and one.doubt != "too_few"
        ),
        default=0.0,
    )
    return next(step for step in _STEPS if widest <= step or step == _STEPS[-1])


def bar(lift: Lift, half: float) -> Bar | None:
    """Lay one interval on a scale of ``-half..half``; None where there is none."""
    if lift.interval is None or lift.difference is None:
        return None

    def at(value: float) -> float:
        return round(WIDTH / 2 + WIDTH / 2 * max(-1.0, min(1.0, value / half)), 1)

    low, high = lift.interval.low, lift.interval.high
    return Bar(at(0), at(low), at(high), at(lift.difference), low < -half, high > half)


@dataclass(frozen=True)
class Curve:
    """One arm by day: the line of the share that had done it, and the band of its interval."""

    line: str
    band: str
    share: float


def curves(arms: Sequence[Arm], days: int) -> tuple[list[Curve], float]:
    """Draw arms on one scale; return them with the share at the top of the picture."""
    counts = [curve(arm.first_day, days) for arm in arms]
    bands = [
        [wilson(did, arm.people) for did in did_by_day] if arm.people else []
        for arm, did_by_day in zip(arms, counts, strict=True)
    ]
    top = max((one.high for band in bands for one in band), default=1.0)

    def x(day: int) -> float:
        return round(CURVE_WIDTH * day / days, 1)

    def y(share: float) -> float:
        return round(CURVE_HEIGHT * (1 - share / top), 1)

    drawn = []
    for arm, did_by_day, band in zip(arms, counts, bands, strict=True):
        if not arm.people:
            continue
        shares = [0.0, *(did / arm.people for did in did_by_day)]
        line = " ".join(f"{x(day)},{y(share)}" for day, share in enumerate(shares))
        upper = [f"{x(day)},{y(one.high)}" for day, one in enumerate(band, 1)]
        lower = [f"{x(day)},{y(one.low)}" for day, one in enumerate(band, 1)]
        start = f"{x(0)},{y(0)}"
        drawn.append(Curve(line, " ".join([start, *upper, *reversed(lower)]), shares[-1]))
    return drawn, top


@dataclass(frozen=True)
class Growth:
    """A difference as it grew: its line, the band of its interval, where no difference lies."""

    line: str
    band: str
    zero: float
    top: float
    bottom: float


def growth(steps: Sequence[Step]) -> Growth | None:
    """Draw how a difference and its interval grew with time; None of fewer than two days."""
    shown = thinned(steps)
    if len(shown) < 2:
        return None
    top = max(0.01, *(one.interval.high for one in shown))
    bottom = min(-0.01, *(one.interval.low for one in shown))
    first, last = shown[0].at, shown[-1].at

    def point(one: Step, value: float) -> str:
        x = round(CURVE_WIDTH * (one.at - first) / (last - first), 1)
        return f"{x},{round(CURVE_HEIGHT * (top - value) / (top - bottom), 1)}"

    line = " ".join(point(one, one.difference) for one in shown)
    upper = [point(one, one.interval.high) for one in shown]
    lower = [point(one, one.interval.low) for one in shown]
    zero = round(CURVE_HEIGHT * top / (top - bottom), 1)
    return Growth(line, " ".join([*upper, *reversed(lower)]), zero, top, bottom)


def thinned(steps: Sequence[Step]) -> list[Step]:
    """Leave out days where there are too many to be drawn or read; the last one stays."""
    every = -(-len(steps) // _MOST_STEPS) if steps else 1
    return list(steps[::-1][::every])[::-1]


def sparkline(
    values: Sequence[float], floor: float = 0, width: float = 120.0, height: float = 28.0
) -> str:
    """Return the points of a small line, from ``floor`` at the bottom to its greatest value.

    >>> sparkline([0, 2, 1], 0, 10, 10)
    '0.0,10.0 5.0,0.0 10.0,5.0'
    >>> sparkline([7, 7], 7, 10, 10)
    '0.0,10.0 10.0,10.0'
    """
    span, last = max([*values, floor + 1]) - floor, max(1, len(values) - 1)
    return " ".join(
        f"{round(width * at / last, 1)},{round(height * (1 - (value - floor) / span), 1)}"
        for at, value in enumerate(values)
    )
