"""Two readers of one law: person by person and by columns give the same levels, to the last bit."""

import random
from zoneinfo import ZoneInfo

import msgspec
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
from coterie.scores.model import ACTIVITY, INTEREST, Kinds, Weights
from coterie.scores.points import WIDEST
from coterie.scores.standing import Day, Scale, Standings

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


TODAY = Day(midnight(local_date(NOW, SHANGHAI), SHANGHAI), next_midnight(NOW, SHANGHAI))


def came(event: Logged) -> Event:
    return Event(
        id="", type=event.type, name=event.name, time=event.time, received=event.time,
        source="test", items=event.items, profile=event.profile,
    )  # fmt: skip


def as_found(levels: list[tuple[int, str, float]]) -> dict[tuple[int, str], float]:
    return {
        (who, "" if name == ACTIVITY else name.removeprefix(INTEREST)): level
        for who, name, level in levels
    }


def take(
    book: Standings, batch: list[Logged], day: Day, now: int, weights: Weights
) -> tuple[dict[tuple[int, str], float], set[int]]:
    events = [came(event) for event in batch]
    active, keen, unread = book.take(events, day, now, Scale(weights), SPREAD)
    rows = [
        (who, columns.names[place], level)
        for columns in (active, keen)
        for who, place, level in zip(
            columns.people.tolist(), columns.which.tolist(), columns.levels.tolist(), strict=True
        )
    ]
    return as_found(rows), unread


@given(
    events,
    st.lists(st.lists(st.integers(0, 39), max_size=5), max_size=5),
    st.sampled_from(WEIGHTS),
    st.sampled_from([0, 12, 10**6]),
)
def test_standings_take_what_comes_today_like_all_at_once(
    given: list[Logged], cuts: list[list[int]], weights: Weights, most: int
) -> None:
    """Some events are known, others come in batches, at any moment of the day, in any order."""
    past = [event for event in given if event.time <= NOW]
    places = list(dict.fromkeys(place for cut in cuts for place in cut if place < len(past)))
    late = [place for place in places if past[place].time >= TODAY.begin]
    known = [event for place, event in enumerate(past) if place not in late]
    book = Standings(most)
    levels = book.learn(traces(known), weights, SPREAD, NOW, SHANGHAI, TODAY)
    found = as_found(levels)
    for cut in cuts:
        batch = [past[place] for place in dict.fromkeys(cut) if place in late]
        late = [place for place in late if place not in cut]
        if not batch:
            continue
        took, unread = take(book, batch, TODAY, NOW, weights)
        assert unread >= {one.profile for one in batch} - {event.profile for event in known}
        known += batch
        found |= took
        hers = [event for event in known if event.profile in unread]
        found |= as_found(book.learn(traces(hers), weights, SPREAD, NOW, SHANGHAI, TODAY))
        assert found == by_people(known, weights)


def test_a_new_day_begins_with_nothing_on_it() -> None:
    weights = WEIGHTS[0]
    next_day = Day(TODAY.end, next_midnight(TODAY.end, SHANGHAI))
    book, past, found = Standings(100), list[Logged](), dict[tuple[int, str], float]()
    book.learn(traces([]), weights, SPREAD, NOW, SHANGHAI, TODAY)
    for time in (NOW, NOW + 1, NOW + 2, TODAY.end, TODAY.end + 1, TODAY.end + 2):
        past.append(
            Logged(
                seq=0, time=time, received=time, profile=1, name="Liked", type="track",
                source="test", items=("barolo",),
            )
        )  # fmt: skip
        day = next_day if time >= TODAY.end else TODAY
        took, unread = take(book, past[-1:], day, time, weights)
        assert unread == ({1} if time == NOW else set()), "who is not known is read, once"
        if unread:
            took = as_found(book.learn(traces(past), weights, SPREAD, NOW, SHANGHAI, day))
        found |= took
    later = TODAY.end + 2
    assert found[1, ""] == activity_level(past, weights, later, SHANGHAI)
    interests = {topic: level for (_, topic), level in found.items() if topic}
    assert interests == interest_levels(past, weights, SPREAD, later, SHANGHAI)
    assert take(book, past[-1:], TODAY, later - 1, weights) == ({}, {1}), "not yet"


def test_a_half_life_begins_in_the_middle_of_a_day() -> None:
    """What is done with becomes one total; what comes late for it is read."""
    weights = Weights(activity=Kinds(weights={}, half_life=HOUR, cap=2), interest=Kinds(weights={}))
    book, past = Standings(100), list[Logged]()

    def add(time: int) -> tuple[dict[tuple[int, str], float], set[int]]:
        past.append(
            Logged(
                seq=0, time=time, received=time, profile=1, name="Liked", type="track",
                source="test",
            )
        )  # fmt: skip
        return take(book, past[-1:], TODAY, NOW, weights)

    add(NOW - 3 * HOUR)
    book.learn(traces(past), weights, SPREAD, NOW, SHANGHAI, TODAY)
    took, unread = add(NOW - HOUR)
    assert (took, unread) == (by_people(past, weights), set())
    assert add(NOW) == ({}, {1}), "the first counts no more, and its half-life is over"
    book.learn(traces(past), weights, SPREAD, NOW, SHANGHAI, TODAY)
    assert add(NOW - HOUR + 1) == ({}, {1}), "its half-life is over"


def test_who_does_very_much_on_a_day_is_read_each_time() -> None:
    silent = Kinds(weights={}, other=0)
    weights = Weights(activity=Kinds(weights={}, cap=WIDEST + 1), interest=silent)
    past = [
        Logged(
            seq=0, time=NOW - ms, received=NOW, profile=who, name="Liked", type="track",
            source="test", items=("pasta",),
        )
        for ms in range(2 * WIDEST)
        for who in ((1, 2) if ms < WIDEST - 2 else (1,))
    ]  # fmt: skip
    book = Standings(1_000)
    book.learn(traces(past), weights, SPREAD, NOW, SHANGHAI, TODAY)
    found = {}
    for ms, unread in ((-1, {1}), (-2, {1}), (-3, {1, 2})):
        more = [msgspec.structs.replace(past[who], time=NOW - ms) for who in (0, 1)]
        past += more
        took, read = take(book, more, TODAY, NOW + 9, weights)
        assert read == unread
        found |= took
    hers = [one for one in past[:-1] if one.profile == 2]
    assert found[2, ""] == activity_level(hers, weights, NOW + 9, SHANGHAI)


def test_whose_events_lie_on_two_days_is_read() -> None:
    book = Standings(1_000)
    past = [
        Logged(
            seq=0, time=TODAY.begin - 1 + who, received=NOW, profile=who, name="Liked",
            type="track", source="test",
        )
        for who in (0, 1)
    ]  # fmt: skip
    yesterday = Day(midnight(local_date(TODAY.begin - 1, SHANGHAI), SHANGHAI), TODAY.begin)
    at = TODAY.begin - 1
    book.learn(traces([past[0]]), WEIGHTS[0], SPREAD, at, SHANGHAI, yesterday)
    book.learn(traces([past[1]]), WEIGHTS[0], SPREAD, NOW, SHANGHAI, TODAY)
    late = [msgspec.structs.replace(one, time=at) for one in past]
    took, unread = take(book, late, TODAY, NOW, WEIGHTS[0])
    assert (len(took), unread) == (1, {1}), "her latest day may go on, a day before it may not"
    both = [late[0], msgspec.structs.replace(past[0], time=TODAY.begin)]
    assert take(book, both, TODAY, NOW, WEIGHTS[0]) == ({}, {0})
