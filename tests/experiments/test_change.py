"""What changed, and what of it was done: three readings side by side (R-042)."""

import numpy as np
import pytest

from coterie.experiments.change import (
    Periods,
    differences,
    naive,
    randomised,
    share_interval,
    two_by_two,
)
from coterie.experiments.model import of_counts

Counts = np.ndarray


def periods(earlier: Counts, before: Counts, after: Counts) -> Periods:
    return Periods(
        people=len(before),
        before=float(before.sum()),
        after=float(after.sum()),
        before_squares=float((before**2).sum()),
        after_squares=float((after**2).sum()),
        products=float((before * after).sum()),
        earlier=float(earlier.sum()),
        earlier_squares=float((earlier**2).sum()),
        earlier_products=float((earlier * before).sum()),
    )


def community(effect: float, *, quietest: bool, seed: int = 11) -> tuple[Periods, ...]:
    """Play three months of 60,000 fans; return (treated, held out, others).

    With ``quietest`` those are taken in who did least in the month before, as programmes for the
    sleeping do; else anybody.
    """
    source = np.random.default_rng(seed)
    shape = 0.8 if quietest else 4.0
    liveliness = source.gamma(shape, 6 / shape, 60_000)
    earlier, before = (source.poisson(liveliness) for _ in range(2))
    taken = before <= np.quantile(before, 0.3) if quietest else source.random(60_000) < 0.5
    out = taken & (source.random(60_000) < 0.2)
    after = source.poisson(np.where(taken & ~out, liveliness * (1 + effect), liveliness))
    return tuple(
        periods(earlier[who], before[who], after[who]) for who in (taken & ~out, out, ~taken)
    )


def test_fifty_five_percent_more_activity_is_recovered() -> None:
    treated, held_out, others = community(0.55, quietest=False)
    found = randomised(treated, held_out, 60_000)
    assert (found.grade, found.shown) == ("A", True)
    assert found.share == pytest.approx(0.55, abs=0.03)
    assert naive(treated).share == pytest.approx(0.55, abs=0.03), "nobody was chosen for anything"
    did = differences(treated, others)
    assert did.grade == "B"
    assert did.share == pytest.approx(0.55, abs=0.03)
    interval = share_interval(treated.second, held_out.second, 60_000)
    assert interval is not None and 0.55 in interval


def test_the_quietest_come_back_by_themselves_and_the_report_is_not_fooled() -> None:
    treated, held_out, others = community(0.0, quietest=True)
    before_after = naive(treated)
    assert (before_after.grade, before_after.shown) == ("C", True)
    assert before_after.share is not None and before_after.share > 1.0, "more than +100 %"
    lot = randomised(treated, held_out, 60_000)
    assert not lot.shown, "not distinguishable from nothing"
    assert differences(treated, others).grade == "C", "the two did not go the same way before"


def test_shares_alone_give_the_difference_in_differences_of_four_cells() -> None:
    """Treated 12 % to 15 %, others 12 % to 13 %, 20,000 each: +2.0 points, 1.07 to 2.93."""
    n = 20_000
    cells = [of_counts(round(n * rate), n) for rate in (0.12, 0.15, 0.12, 0.13)]
    difference, interval = two_by_two((cells[0], cells[1]), (cells[2], cells[3]))
    assert difference == pytest.approx(0.02)
    assert [interval.low, interval.high] == pytest.approx([0.0107, 0.0293], abs=1e-4)


def test_nobody_held_out_shows_nothing() -> None:
    treated, _, _ = community(0.5, quietest=False)
    none = Periods(0, 0, 0, 0, 0, 0)
    assert not randomised(treated, none, 100).shown
    assert share_interval(treated.second, none.second, 100) is None
