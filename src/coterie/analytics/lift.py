"""What a comparison of the treated with the held-out allows to be said. Pure.

Everybody counts in the arm that she was drawn into, whatever was delivered afterwards: what
randomisation made alike stays alike. Only people whose window is over count. The interval is true
however often one looks; where the arms' sizes do not fit the draw, nothing is said at all.
"""

from collections.abc import Sequence

from coterie.analytics.model import Arm, Doubt, Lift, Verdict
from coterie.experiments.balance import BLOCKS, mismatch
from coterie.experiments.clusters import Group, compare
from coterie.experiments.model import Interval, of_counts
from coterie.experiments.sequences import of_difference
from coterie.experiments.sizes import ANY_LOOK, BASELINE, SMALL, people_needed, smallest_shown

Units = tuple[Sequence[Group], Sequence[Group]]

FEWEST = 20
"""Under so many people in an arm nothing is said, whatever the numbers look like."""

WORTH_KNOWING = 0.02
"""A smaller difference than two points of a hundred is not what a campaign is planned for."""

_USUAL = 0.1
"""The share held out where nobody says which was meant: for the plan only."""


def planned(share: float | None) -> int:
    """Return the number of people that an interval is tuned for, settled before anybody is drawn.

    So many as show five points more than ten of a hundred, at the share held out.

    >>> planned(0.5), planned(0.1)
    (2616, 6263)
    """
    out = share if share and share < 1 else _USUAL
    return sum(people_needed(BASELINE + SMALL, BASELINE, (1 - out) / out, ANY_LOOK))


def judge(
    origin: str,
    treated: Arm,
    held_out: Arm,
    share: float | None = None,
    units: Units | None = None,
) -> Lift:
    """Compare the two arms of one origin; ``share`` is the holdout that was meant, in 0..1.

    ``units`` are the groups of each arm where groups were drawn: then they are what is counted.
    """
    odds = _odds(treated, held_out, share, units)
    if share == 0 and not held_out.drawn:
        return _nothing(origin, treated, held_out, "no_lot")
    if not treated.people or not held_out.people:
        return _nothing(origin, treated, held_out, "nobody")
    if odds < BLOCKS:
        return _nothing(origin, treated, held_out, "mismatch", odds)
    difference = treated.rate - held_out.rate
    interval = _within(_interval(treated, held_out, share, units))
    verdict, doubt = _read(interval, min(treated.people, held_out.people))
    return Lift(
        origin=origin,
        treated=treated,
        held_out=held_out,
        difference=difference,
        interval=interval,
        verdict=verdict,
        doubt=doubt,
        needed=None if doubt is None else _needed(treated, held_out, difference),
        seen_as=_sought(held_out, difference),
        detectable=smallest_shown(treated.people, held_out.people, held_out.rate, ANY_LOOK),
        odds=odds,
    )


def _nothing(origin: str, treated: Arm, held_out: Arm, doubt: Doubt, odds: float = 1.0) -> Lift:
    return Lift(
        origin=origin,
        treated=treated,
        held_out=held_out,
        difference=None,
        interval=None,
        verdict="blocked" if doubt == "mismatch" else "unknown",
        doubt=doubt,
        needed=None,
        seen_as=None,
        detectable=None,
        odds=odds,
    )


def _interval(treated: Arm, held_out: Arm, share: float | None, units: Units | None) -> Interval:
    if units is not None:
        return compare(*units).interval()
    one, other = (of_counts(arm.did, arm.people) for arm in (treated, held_out))
    return of_difference(one, other, planned(share))


def _within(interval: Interval) -> Interval:
    return Interval(max(-1.0, interval.low), min(1.0, interval.high))


def _read(interval: Interval, fewest: int) -> tuple[Verdict, Doubt | None]:
    if fewest < FEWEST:
        return "unknown", "too_few"
    if interval.low > 0:
        return "works", None
    return ("harms", None) if interval.high < 0 else ("unknown", "spans_zero")


def _sought(held_out: Arm, difference: float) -> float:
    """Return the difference that further people are to show: the one seen, unless it is tiny."""
    if abs(difference) >= WORTH_KNOWING:
        return difference
    upward = held_out.rate + WORTH_KNOWING <= 1
    return WORTH_KNOWING if upward else -WORTH_KNOWING


def _needed(treated: Arm, held_out: Arm, difference: float) -> int:
    sought = _sought(held_out, difference)
    ratio = treated.people / held_out.people
    return sum(people_needed(held_out.rate + sought, held_out.rate, ratio, ANY_LOOK))


def _odds(treated: Arm, held_out: Arm, share: float | None, units: Units | None) -> float:
    """Return how likely such sizes are. Only people whose window is over: all are told of by then.

    Who is left out is known at once, who is written to when the message has gone out.
    """
    if share is None or not 0 < share < 1:
        return 1.0
    sizes = [treated.people, held_out.people] if units is None else [len(arm) for arm in units]
    return mismatch(sizes, [1 - share, share])
