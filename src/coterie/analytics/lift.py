"""What a comparison of the treated with the held-out allows to be said. Pure.

Everybody counts in the arm that she was drawn into, whatever was delivered afterwards: what
randomisation made alike stays alike. Only people whose window is over count.
"""

from coterie.analytics.model import Arm, Doubt, Lift, Verdict
from coterie.experiments.balance import fits
from coterie.experiments.intervals import newcombe
from coterie.experiments.model import Interval
from coterie.experiments.sizes import people_needed, smallest_shown

FEWEST = 20
"""Under so many people in an arm nothing is said, whatever the numbers look like."""

WORTH_KNOWING = 0.02
"""A smaller difference than two points of a hundred is not what a campaign is planned for."""


def judge(origin: str, treated: Arm, held_out: Arm, share: float | None = None) -> Lift:
    """Compare the two arms of one origin; ``share`` is the holdout that was meant, in 0..1."""
    if not treated.people or not held_out.people:
        return _nothing_yet(origin, treated, held_out, share)
    difference = treated.rate - held_out.rate
    interval = newcombe(treated.did, treated.people, held_out.did, held_out.people)
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
        detectable=smallest_shown(treated.people, held_out.people, held_out.rate),
        drawn_as_meant=_as_meant(treated, held_out, share),
    )


def _nothing_yet(origin: str, treated: Arm, held_out: Arm, share: float | None) -> Lift:
    return Lift(
        origin=origin,
        treated=treated,
        held_out=held_out,
        difference=None,
        interval=None,
        verdict="unknown",
        doubt="nobody",
        needed=None,
        seen_as=None,
        detectable=None,
        drawn_as_meant=_as_meant(treated, held_out, share),
    )


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
    return sum(people_needed(held_out.rate + sought, held_out.rate, ratio))


def _as_meant(treated: Arm, held_out: Arm, share: float | None) -> bool:
    if share is None:
        return True
    return fits(held_out.drawn, treated.drawn + held_out.drawn, share)
