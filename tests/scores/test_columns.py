"""Two readers of one law: person by person and by columns give the same levels, to the last bit."""

import random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, local_date, midnight, next_midnight
from coterie.core.event import Event
from coterie.events.model import Logged, Traces
from coterie.scores.activity import activity_level
from coterie.scores.columns import spread_out, sum_up, weigh
from coterie.scores.decay import all_levels, term, terms
from coterie.scores.interests import Spread, interest_levels
from coterie.scores.model import Kinds, Weights
from coterie.scores.standing import Day, Scale, Standing, level_now, standings

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = 1_767_225_600_000
TOPICS = {"barolo": ("wine/italy/piedmont", "wine"), "chianti": ("wine/italy",), "pasta": ("food",)}
SPREAD = Spread(TOPICS, 0.3)
WEIGHTS = [
    Weights(
        activity=Kinds(weights={"Liked": 0.7, "Nothing": 0, "coterie.joined": 4}, cap=2),
        interest=Kinds(weights={"Bought": 3, "Nothing": 0}, cap=1, caps={"Liked": 2}),
    ),
    Weights(
        activity=Kinds(weights={"Bought": 1_000_000}, half_life=60_000, cap=100),
        interest=Kinds(weights={"Liked": 1e-9}, half_life=DAY),
    ),
]

events = st.lists(
    st.builds(
        lambda who, name, when, items: Logged(
            seq=0, time=when, received=when, profile=who, name=name, items=items, source="test",
            type="fact" if name.startswith("coterie.") else "track",
        ),
        st.integers(1, 3),
        st.sampled_from(["Liked", "Bought", "Nothing", "coterie.joined", "coterie.left"]),
        st.one_of(
            st.integers(NOW - 3 * DAY, NOW + HOUR),  # many on one day
            st.sampled_from([NOW, NOW + 1, NOW - 8 * HOUR, NOW - 8 * HOUR - 1]),
            st.integers(0, NOW),
        ),
        st.lists(st.sampled_from([*TOPICS, "unknown"]), max_size=2).map(tuple),
    ),
    max_size=40,
)  # fmt: skip


def traces(given: list[Logged]) -> Traces:
    names = sorted({event.name for event in given})
    touched = sorted({event.items for event in given})
    return Traces(
        profile=np.array([event.profile for event in given], np.int32),
        time=np.array([event.time for event in given], np.int64),
        name=np.array([names.index(event.name) for event in given], np.int32),
        items=np.array([touched.index(event.items) for event in given], np.int32),
        is_fact=np.array([event.type == "fact" for event in given], bool),
        names=names,
        touched=touched,
    )


def by_columns(given: list[Logged], weights: Weights) -> dict[tuple[int, str], float]:
    what = traces(given)
    weighed = weigh(what, weights.activity, NOW, SHANGHAI)
    sums = sum_up(what, weighed, weights.activity.half_life)
    found = {(who, ""): level for who, _, level in zip(*sums.levels(), strict=True)}
    weighed = weigh(what, weights.interest, NOW, SHANGHAI, per_items=True)
    sums, topics = spread_out(what, weighed, weights.interest.half_life, SPREAD)
    for who, topic, level in zip(*sums.levels(), strict=True):
        found[who, topics[topic]] = level
    return found


def by_people(given: list[Logged], weights: Weights) -> dict[tuple[int, str], float]:
    found = {}
    for who in {event.profile for event in given}:
        own = [event for event in given if event.profile == who]
        level = activity_level(own, weights, NOW, SHANGHAI)
        if level is not None:
            found[who, ""] = level
        for topic, one in interest_levels(own, weights, SPREAD, NOW, SHANGHAI).items():
            found[who, topic] = one
    return found


@given(events, st.sampled_from(WEIGHTS))
def test_columns_give_what_people_give(given: list[Logged], weights: Weights) -> None:
    assert by_columns(given, weights) == by_people(given, weights)


def test_there_is_something_to_compare() -> None:
    chance = random.Random(3)
    given = [
        Logged(
            seq=n, time=NOW - chance.randrange(40 * DAY), received=NOW, profile=n % 50,
            name="Liked", type="track", source="test", items=(chance.choice(list(TOPICS)),),
        )
        for n in range(4_000)
    ]  # fmt: skip
    found = by_columns(given, WEIGHTS[0])
    assert found == by_people(given, WEIGHTS[0])
    assert len(found) == 50 * 5


@given(
    st.integers(0, 4 * NOW),
    st.floats(0, 1_000_000),
    st.integers(60_000, 4_000 * DAY),
)
def test_a_term_is_the_same_by_columns(time: int, weight: float, half_life: int) -> None:
    whole, points = terms(np.array([time]), np.array([weight]), half_life)
    assert (int(whole[0]), int(points[0])) == term(time, weight, half_life)
    exact = weight * 2.0 ** (time % half_life / half_life) * 2.0**40
    assert points[0] == pytest.approx(exact, rel=1e-13, abs=1)


def test_millions_of_the_heaviest_events_add_up_without_an_overflow() -> None:
    times = np.full(300_000, NOW)
    what = Traces(
        np.ones(300_000, np.int32), times, np.zeros(300_000, np.int32),
        np.zeros(300_000, np.int32), np.zeros(300_000, bool), ["Bought"], [()],
    )  # fmt: skip
    heavy = Kinds(weights={"Bought": 1_000_000}, half_life=DAY, cap=10**6)
    [level] = sum_up(what, weigh(what, heavy, NOW, SHANGHAI), DAY).levels()[2]
    [one] = all_levels(*(np.array([float(part)]) for part in term(NOW, 3e11, DAY)[::-1]))
    assert level == pytest.approx(one, rel=1e-12)


@given(events, st.lists(st.integers(0, 39), max_size=6), st.sampled_from(WEIGHTS))
def test_a_standing_takes_what_comes_today_like_all_at_once(
    given: list[Logged], cuts: list[int], weights: Weights
) -> None:
    """Some events are known, others come one by one at any moment of the day, in any order."""
    today = Day(midnight(local_date(NOW, SHANGHAI), SHANGHAI), next_midnight(NOW, SHANGHAI))
    past = [event for event in given if event.time <= NOW]
    late = [past[cut] for cut in set(cuts) if cut < len(past) and past[cut].time >= today.begin]
    known = [event for event in past if not any(event is other for other in late)]
    stand = standings(traces(known), weights, SPREAD, NOW, SHANGHAI, today)
    for event in late:
        one = stand.setdefault(event.profile, Standing(today))
        came = Event(
            id="", type=event.type, name=event.name, time=event.time, received=NOW, source="test",
            items=event.items, profile=event.profile,
        )  # fmt: skip
        assert one.can_take([came], today, NOW)
        one.take(came, Scale(weights), SPREAD)
    found = {}
    for who, one in stand.items():
        runnings = {"": one.activity, **one.interests}
        levels = {(who, topic): level_now(running) for topic, running in runnings.items()}
        found |= {key: level for key, level in levels.items() if level is not None}
    assert found == by_people(past, weights)


def test_a_new_day_begins_with_nothing_on_it() -> None:
    weights = WEIGHTS[0]
    today = Day(midnight(local_date(NOW, SHANGHAI), SHANGHAI), next_midnight(NOW, SHANGHAI))
    next_day = Day(today.end, next_midnight(today.end, SHANGHAI))
    one, past = Standing(today), []
    for time in (NOW, NOW + 1, NOW + 2, today.end, today.end + 1, today.end + 2):
        event = Event(
            id="", type="track", name="Liked", time=time, received=time, source="test", profile=1,
            items=("barolo",),
        )  # fmt: skip
        past.append(
            Logged(
                seq=0, time=time, received=time, profile=1, name="Liked", type="track",
                source="test", items=("barolo",),
            )
        )  # fmt: skip
        one.begin(next_day if time >= today.end else today, weights)
        one.take(event, Scale(weights), SPREAD)
    later = today.end + 2
    assert level_now(one.activity) == activity_level(past, weights, later, SHANGHAI)
    assert {
        topic: level_now(running) for topic, running in one.interests.items()
    } == interest_levels(past, weights, SPREAD, later, SHANGHAI)
    assert not one.can_take([event], today, today.end + 1), "its time has not come"
