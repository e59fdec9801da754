"""What may be said of two arms, and what may not."""

import pytest

from coterie.analytics.lift import FEWEST, judge
from coterie.analytics.model import Arm


def arm(did: int, people: int, waiting: int = 0) -> Arm:
    return Arm(people, did, waiting, (did,))


@pytest.mark.parametrize(
    ("treated", "held_out", "verdict", "doubt"),
    [
        (arm(400, 1_000), arm(20, 100), "works", None),
        (arm(50, 1_000), arm(25, 100), "harms", None),
        (arm(301, 3_157), arm(37, 350), "unknown", "spans_zero"),
        (arm(900, 1_000), arm(2, FEWEST - 1), "unknown", "too_few"),
        (arm(3, 10), arm(0, 0, 4), "unknown", "nobody"),
    ],
)
def test_the_verdict_is_what_the_interval_allows(
    treated: Arm, held_out: Arm, verdict: str, doubt: str | None
) -> None:
    found = judge("journey:a", treated, held_out)
    assert (found.verdict, found.doubt) == (verdict, doubt)
    assert (found.needed is None) == (doubt in (None, "nobody"))


def test_who_is_still_watched_counts_for_nothing_yet() -> None:
    found = judge("journey:a", arm(3, 10, waiting=5_000), arm(1, 10, waiting=500))
    assert found.difference == pytest.approx(0.2)
    assert found.treated.drawn == 5_010
    assert found.doubt == "too_few"


def test_a_doubt_says_how_many_people_would_settle_it() -> None:
    found = judge("journey:a", arm(301, 3_157), arm(37, 350))
    assert found.seen_as == 0.02, "the difference seen is too small to be worth looking for"
    assert found.needed is not None
    assert found.needed > 3_507
    seen = judge("journey:a", arm(60, 300), arm(5, 30))
    assert seen.seen_as == pytest.approx(60 / 300 - 5 / 30)
    assert found.detectable is not None
    assert seen.detectable is not None
    assert found.detectable < seen.detectable


def test_a_control_group_of_the_wrong_size_is_said() -> None:
    assert judge("j", arm(50, 900), arm(5, 100), share=0.1).drawn_as_meant
    assert not judge("j", arm(50, 900), arm(5, 180), share=0.1).drawn_as_meant
    assert judge("j", arm(50, 900), arm(5, 180)).drawn_as_meant, "nobody said what was meant"


def test_everybody_in_both_arms_doing_it_is_no_fault() -> None:
    found = judge("j", arm(100, 100), arm(50, 50))
    assert (found.difference, found.verdict) == (0, "unknown")
    assert found.seen_as == -0.02
