"""How active some people are together is the sum of how active each of them is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, WEEK
from coterie.events.model import Logged
from coterie.scores.activity import activity
from coterie.scores.model import Kinds, Weights
from coterie.scores.together import together
from scores.test_columns import NOW, SHANGHAI, events, traces

WEIGHTS = Weights(activity=Kinds(weights={"Liked": 1, "Bought": 10, "Nothing": 0}, cap=2))


@given(events, st.integers(3, 6))
def test_together_is_the_sum_of_each(given: list[Logged], people: int) -> None:
    told = together(traces(given), people, WEIGHTS, NOW, SHANGHAI)
    each = [
        activity([one for one in given if one.profile == who], WEIGHTS, NOW, SHANGHAI)
        for who in (1, 2, 3)
    ]
    assert told.total == pytest.approx(sum(one.value for one in each), rel=1e-9, abs=1e-12)
    assert told.week_ago == pytest.approx(sum(one.week_ago for one in each), rel=1e-9, abs=1e-12)
    assert sum(part.points for part in told.parts) == pytest.approx(told.total, rel=1e-9)
    for name in {part.event for part in told.parts}:
        [mine] = [part for part in told.parts if part.event == name]
        theirs = [part for one in each for part in one.parts if part.event == name]
        assert mine.counted == sum(part.counted for part in theirs)
        assert mine.over_cap == sum(part.over_cap for part in theirs)
    assert told.mean == told.total / people
    active = {one.profile for one in given if NOW - WEEK < one.time <= NOW}
    assert told.lately <= len(active)


def liked(who: int, *moments: int) -> list[Logged]:
    return [
        Logged(
            seq=0, time=when, received=when, profile=who, name="Liked", type="track", source="test"
        )
        for when in moments
    ]


def test_what_would_lift_it_leaves_out_who_has_no_room_today() -> None:
    given = [*liked(1, NOW - 1, NOW), *liked(2, NOW), *liked(3, NOW - 8 * DAY)]
    told = together(traces(given), 4, WEIGHTS, NOW, SHANGHAI)
    assert [(lift.event, lift.points) for lift in told.lifts] == [("Bought", 10), ("Liked", 0.75)]
    assert (told.people, told.lately) == (4, 2)
    assert told.change == pytest.approx(told.total / 2 ** (-1 / 14) - 1)


def test_of_nobody_nothing_is_told() -> None:
    told = together(traces([]), 0, WEIGHTS, NOW, SHANGHAI)
    assert (told.total, told.mean, told.change, told.parts, told.lifts) == (0, 0, None, (), ())
