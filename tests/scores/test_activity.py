import random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, MINUTE, parse_time
from coterie.core.errors import Invalid
from coterie.events.model import Logged
from coterie.scores.activity import activity, activity_level
from coterie.scores.decay import value
from coterie.scores.model import Kinds, Weights, check

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = 1_767_225_600_000
WEIGHTS = Weights(activity=Kinds(weights={"Liked": 1, "Bought": 10, "Nothing": 0}))


def logged(name: str, time: int, seq: int = 0) -> Logged:
    return Logged(
        seq=seq, time=time, received=time, profile=1, name=name, type="track", source="test"
    )


def score(events: list[Logged], now: int = NOW, weights: Weights = WEIGHTS) -> float:
    level = activity_level(events, weights, now, SHANGHAI)
    return value(level, now, weights.activity.half_life)


histories = st.lists(
    st.builds(
        logged,
        st.sampled_from(["Liked", "Bought", "Other", "Nothing", "coterie.identified"]),
        st.integers(NOW - 60 * DAY, NOW + 3 * DAY),
        st.integers(0, 1_000_000),
    ),
    max_size=60,
    unique_by=lambda event: event.seq,
)


def test_a_thousand_likes_in_a_day_are_capped() -> None:
    likes = [logged("Liked", NOW - HOUR + second * 1_000, second) for second in range(1_000)]
    assert 9.9 < score(likes) <= 10


def test_the_day_of_the_cap_is_the_brands_day() -> None:
    midnight = parse_time("2025-12-31T00:00:00+08:00", SHANGHAI)
    late = [logged("Liked", midnight - (n + 1) * MINUTE, n) for n in range(15)]
    early = [logged("Liked", midnight + n * MINUTE, 100 + n) for n in range(15)]
    told = activity(late + early, WEIGHTS, NOW, SHANGHAI)
    assert [(part.counted, part.over_cap) for part in told.parts] == [(20, 10)]
    in_utc = activity(late + early, WEIGHTS, NOW, ZoneInfo("UTC"))
    assert [(part.counted, part.over_cap) for part in in_utc.parts] == [(10, 20)]


def test_own_facts_count_only_when_named() -> None:
    joined = [logged("coterie.community.joined", NOW)]
    assert score(joined) == 0
    named = Weights(activity=Kinds(weights={"coterie.community.joined": 7}))
    assert score(joined, weights=named) == pytest.approx(7)


def test_what_is_not_named_counts_as_other_and_zero_leaves_out() -> None:
    assert score([logged("Other", NOW)]) == pytest.approx(1)
    assert activity_level([logged("Nothing", NOW)], WEIGHTS, NOW, SHANGHAI) is None


def test_an_event_from_the_future_waits_for_its_time() -> None:
    events = [logged("Bought", NOW + DAY)]
    assert score(events) == 0
    assert score(events, NOW + DAY - 1) == 0
    assert score(events, NOW + DAY) == pytest.approx(10)


@given(histories, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_bits(events: list[Logged], shuffle: random.Random) -> None:
    shuffled = list(events)
    shuffle.shuffle(shuffled)
    assert activity_level(shuffled, WEIGHTS, NOW, SHANGHAI) == activity_level(
        events, WEIGHTS, NOW, SHANGHAI
    )


@given(histories, st.integers(NOW - 60 * DAY, NOW), st.sampled_from(["Liked", "Other"]))
def test_an_event_more_never_lowers_even_beyond_the_cap(
    events: list[Logged], time: int, name: str
) -> None:
    tight = Weights(activity=Kinds(weights={"Liked": 1}, cap=2))
    more = [*events, logged(name, time, 2_000_000)]
    assert score(more, weights=tight) >= score(events, weights=tight)


@given(histories)
def test_the_parts_sum_up_to_the_value(events: list[Logged]) -> None:
    told = activity(events, WEIGHTS, NOW, SHANGHAI)
    assert sum(part.points for part in told.parts) == pytest.approx(told.value, rel=1e-9)
    assert told.value == pytest.approx(score(events), rel=1e-12)


def test_a_breakdown_tells_the_trend_and_what_would_lift_it() -> None:
    events = [logged("Liked", NOW - MINUTE * n, n) for n in range(10)]
    events += [logged("Bought", NOW - 8 * DAY, 50)]
    told = activity(events, WEIGHTS, NOW, SHANGHAI)
    assert [part.event for part in told.parts] == ["Liked", "Bought"]
    assert told.week_ago == pytest.approx(10 * 2 ** (-1 / 14))
    # ten likes today are the cap: one more would lift nothing
    assert [(lift.event, lift.points) for lift in told.lifts] == [("Bought", 10)]


@pytest.mark.parametrize(
    ("weights", "path"),
    [
        (Weights(activity=Kinds(weights={"Liked": -1})), "activity.weights"),
        (Weights(activity=Kinds(weights={}, other=float("nan"))), "activity.weights"),
        (Weights(interest=Kinds(weights={}, half_life=0)), "interest.half_life"),
        (Weights(activity=Kinds(weights={}, cap=0)), "activity.cap"),
        (Weights(inherit=1.5), "inherit"),
        (Weights(evidence_count=0), "evidence_count"),
    ],
)
def test_weights_without_sense_are_refused_with_their_path(weights: Weights, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(weights)
    assert caught.value.path == path


def test_the_default_weights_make_sense() -> None:
    assert check(Weights()) == Weights()
