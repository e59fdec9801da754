"""What the review claims of a campaign whose true effect is known."""

from dataclasses import replace

import pytest

from analytics.review.simulated import measured, world
from coterie.analytics.review.effect import FEWEST, effect_of, evidence_of, incremental_roi
from coterie.analytics.review.model import NO_ARM, ArmSums, Measured, Scope
from coterie.analytics.review.reading import Review, read
from coterie.experiments.change import Periods

SCOPE = Scope("autumn", 0, 1_000, holdout=0.2, margin=4_000, spend=20_000_000)
SEEDS = range(100)


def review(seed: int, lift: float, scope: Scope = SCOPE) -> tuple[Review, float]:
    made = world(seed, lift)
    return read(scope, measured(made), scope.until), made.truth


def test_a_planted_effect_of_zero_is_not_found() -> None:
    silent = 0
    for seed in SEEDS:
        found, truth = review(seed, lift=0)
        assert truth == 0
        difference = found.effect.revenue
        assert difference is not None
        silent += found.effect.doubt is not None or 0 in difference.interval
    assert silent >= 94


def test_a_planted_effect_is_recovered_with_the_stated_coverage() -> None:
    covered = once = worked = 0
    distance = 0.0
    for seed in SEEDS:
        found, truth = review(seed, lift=60)
        difference = found.effect.revenue
        assert difference is not None and truth > 0
        covered += truth in difference.interval
        once += truth in difference.once
        worked += found.effect.verdict == "works"
        distance += (difference.difference - truth) / truth / len(SEEDS)
        assert found.effect.verdict != "harms"
        assert found.evidence.grade == "A"
    assert covered >= 95, "an interval for all looks holds at one look more often than it says"
    assert once >= 90, "one of 95 in a hundred"
    assert worked >= 80, "and it is of use"
    assert abs(distance) < 0.05, "the estimate leans to neither side"


def test_the_naive_comparison_finds_an_effect_that_is_not_there() -> None:
    """The negative control: who joins bought more already, whatever the campaign does."""
    fooled = right = 0
    for seed in SEEDS:
        found, _ = review(seed, lift=0)
        naive = found.evidence.flattery
        assert naive is not None
        fooled += naive.interval.low > 0
        [_, did] = found.evidence.readings
        right += 0 in did.interval
    assert fooled >= 95
    assert right >= 90, "the change of members less that of others takes the fondness out"


def test_what_is_known_from_before_makes_the_interval_narrower() -> None:
    found, _ = review(1, lift=0)
    raw = measured(world(1, 0))
    blind = replace(
        raw,
        invited=replace(raw.invited, periods=_without_past(raw.invited.periods)),
        held_out=replace(raw.held_out, periods=_without_past(raw.held_out.periods)),
    )
    other = effect_of(blind, SCOPE, SCOPE.until)
    assert found.effect.kept is not None and found.effect.kept < 0.98
    assert other.kept is None
    assert found.effect.revenue is not None and other.revenue is not None
    width, wide = (
        one.interval.high - one.interval.low for one in (found.effect.revenue, other.revenue)
    )
    assert width == pytest.approx(wide * found.effect.kept**0.5)


def _without_past(of: Periods) -> Periods:
    return replace(of, before=0.0, before_squares=0.0, products=0.0, earlier_products=0.0)


def arm(people: int, buyers: int) -> ArmSums:
    spent = 100.0 * buyers
    return ArmSums(Periods(people, 0, spent, 0, 100 * spent, 0), buyers, 0, spent, 100 * spent)


@pytest.mark.parametrize(
    ("invited", "held_out", "now", "doubt"),
    [
        (NO_ARM, NO_ARM, 1_000, "not_drawn"),
        (arm(900, 90), NO_ARM, 1_000, "no_holdout"),
        (arm(800, 90), arm(200, 20), 999, "running"),
        (arm(700, 90), arm(300, 20), 1_000, "mismatch"),
        (arm(4 * FEWEST, 90), arm(FEWEST - 1, 20), 1_000, "too_few"),
        (arm(800, 8), arm(200, 1), 1_000, "too_few"),
        (arm(800, 80), arm(200, 20), 1_000, "spans_zero"),
        (arm(8_000, 3_000), arm(2_000, 200), 1_000, None),
    ],
)
def test_it_says_why_it_cannot_tell(
    invited: ArmSums, held_out: ArmSums, now: int, doubt: str | None
) -> None:
    effect = effect_of(Measured(invited=invited, held_out=held_out), SCOPE, now)
    assert effect.doubt == doubt
    assert (effect.revenue is None) == (doubt not in (None, "spans_zero"))
    assert effect.verdict == {None: "works", "mismatch": "blocked"}.get(doubt, "unknown")


def test_the_whole_effect_is_that_of_a_person_times_all_invited() -> None:
    effect = effect_of(
        Measured(invited=arm(8_000, 3_000), held_out=arm(2_000, 200)), SCOPE, SCOPE.until
    )
    assert effect.revenue is not None and effect.total is not None
    assert effect.revenue.difference == pytest.approx(37.5 - 10)
    assert effect.total[1] == 220_000 * 10_000
    roi = incremental_roi(effect, 55_000 * 10_000, 4_000)
    assert roi is not None and roi[1] == pytest.approx(0.6)
    assert incremental_roi(effect, 0, 4_000) is None, "nothing spent returns nothing to divide by"
    assert incremental_roi(effect, 1, None) is None, "nobody said what is earned of a sale"


def test_evidence_is_graded_by_the_best_there_is() -> None:
    found = measured(world(3, 0))
    lone = replace(found, held_out=NO_ARM)
    grades = {}
    for name, given in {
        "lot": found,
        "alike": lone,
        "alone": replace(lone, known=(lone.known[0], Periods(3, 0, 0, 0, 0, 0))),
        "strangers": replace(lone, known=(Periods(60, 0, 9, 0, 9, 0), lone.known[1])),
        "parted": replace(lone, known=(replace(lone.known[0], earlier=0.0, earlier_squares=0.0,
                                               earlier_products=0.0), lone.known[1])),
    }.items():  # fmt: skip
        evidence = evidence_of(given, effect_of(given, SCOPE, SCOPE.until))
        grades[name] = evidence.grade, evidence.why
    assert grades == {
        "lot": ("A", "lot"), "alike": ("B", "alike"), "alone": ("C", "before_after"),
        "strangers": ("D", "no_past"), "parted": ("C", "not_alike"),
    }  # fmt: skip
