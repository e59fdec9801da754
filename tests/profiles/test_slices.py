"""What time brings: every indexed slice against the slow way over everyone, to the millisecond."""

import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, format_time, read_moment
from coterie.profiles.fading import crossing, value_at
from coterie.profiles.model import Known
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, SHANGHAI, event, identify, room, tell

relaxed = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


def at_path(known: Known, path: str) -> Any:
    if path in known.traits:
        return known.traits[path]
    value: Any = known.traits
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


moments = st.one_of(
    st.integers(-5, 5).map(lambda n: format_time(NOW + n)),
    st.integers(-5, 5).map(lambda n: NOW + n),
    st.sampled_from([None, "soon", True, "2026-01-01", [NOW]]),
)
traits = st.fixed_dictionaries(
    {},
    optional={
        "ends": moments,
        "trial.ends": moments,
        "trial": st.one_of(moments, st.fixed_dictionaries({}, optional={"ends": moments})),
    },
)
people = st.lists(st.lists(traits, min_size=1, max_size=2), min_size=1, max_size=4)
interval = st.tuples(st.integers(-6, 6), st.integers(0, 6))


@given(people, interval, st.sampled_from(["ends", "trial.ends", "trial"]))
@relaxed
def test_moments_are_found_as_if_everyone_were_asked(
    database: Database,
    said: list[list[dict[str, Any]]],
    interval: tuple[int, int],
    path: str,
) -> None:
    after, until = NOW + interval[0], NOW + interval[0] + interval[1]
    with database.read(CLOCK, NOW) as work:
        profiles = room()
        for n, words in enumerate(said):
            for when, word in enumerate(words):
                tell(work, profiles, [identify(f"u{n}", time=when, **word)])
        known = profiles.known(work, profiles.everyone(work))
        found = {
            profile: moment
            for profile, one in known.items()
            if (moment := read_moment(at_path(one, path), SHANGHAI)) is not None
        }
        expected = {profile for profile, moment in found.items() if after < moment <= until}
        assert profiles.moments_between(work, path, after, until) == expected
        later = min((moment for moment in found.values() if moment > after), default=None)
        assert profiles.next_moment(work, path, after) == later
        holding = {p for p, one in known.items() if at_path(one, path) not in (None, "")}
        assert profiles.holders(work, path) == holding


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.sampled_from(["x", "y", None]))),
       st.integers(-1, 6), st.integers(0, 6))  # fmt: skip
@relaxed
def test_since_is_found_as_if_everyone_were_asked(
    database: Database, said: list[tuple[int, int, str | None]], after: int, length: int
) -> None:
    with database.read(CLOCK, NOW) as work:
        profiles = room()
        for n, time, city in said:
            tell(work, profiles, [identify(f"u{n}", time=time, city=city, email=city)])
        known = profiles.known(work, profiles.everyone(work))
        for name in ("city", "email"):
            since = {p: one.since[name] for p, one in known.items() if name in one.since}
            expected = {p for p, moment in since.items() if after < moment <= after + length}
            assert profiles.since_between(work, name, after, after + length) == expected
            later = min((moment for moment in since.values() if moment > after), default=None)
            assert profiles.next_since(work, name, after) == later


def test_since_inside_an_object_is_that_of_its_root(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", time=10, trial={"plan": "gold"})])
    tell(work, profiles, [event("identify", "u2", time=20, traits={"trial.plan": "x", "trial": 1})])
    assert profiles.since_between(work, "trial.plan", 0, 20) == {1, 2}
    assert profiles.since_between(work, "trial.plan", 10, 20) == {2}
    assert profiles.next_since(work, "trial.plan", 0) == 10


def level_for(value: float, half_life: int, moment: int) -> float:
    return math.log2(value) + moment / half_life


scores = st.floats(0.00001, 5_000)
half_lives = st.sampled_from([1_000, 3_600_000, 7 * DAY, 30 * DAY])
thresholds = st.sampled_from([-1.0, 0.0, 3e-7, 1e-6, 0.5, 1, 2.25, 100, 5_001])


@given(st.lists(scores, max_size=6), half_lives, thresholds, st.floats(0, 3), st.floats(0, 4))
@relaxed
def test_fading_is_found_as_if_everyone_were_asked(
    database: Database,
    values: list[float],
    half_life: int,
    threshold: float,
    offset: float,
    length: float,
) -> None:
    after = NOW + round(offset * half_life)
    until = after + round(length * half_life)
    with database.read(CLOCK, NOW) as work:
        profiles = room()
        tell(work, profiles, [event(user=f"u{n}") for n in range(len(values))])
        levels = {n + 1: level_for(value, half_life, NOW) for n, value in enumerate(values)}
        profiles.fade(
            work, [(p, "scores.activity", level) for p, level in levels.items()], half_life
        )
        now = {p: value_at(level, half_life, after) for p, level in levels.items()}
        then = {p: value_at(level, half_life, until) for p, level in levels.items()}
        expected = {p for p in levels if now[p] >= threshold > then[p]}
        found = profiles.fading_between(work, "scores.activity", threshold, after, until)
        assert found == expected
        first = profiles.next_fading(work, "scores.activity", threshold, after)
        standing = [p for p in levels if now[p] >= threshold > 0]
        assert (first is None) is (not standing)
        if first is not None:
            before = [value_at(levels[p], half_life, first - 1) for p in standing]
            at = [value_at(levels[p], half_life, first) for p in standing]
            assert min(before) >= threshold > min(at)
            assert profiles.fading_between(work, "scores.activity", threshold, first - 1, first)


def test_a_crossing_is_exact_to_the_millisecond() -> None:
    level = level_for(8.0, 1_000, 0)
    assert crossing(level, 1_000, 4.0, 0) == 1_001  # 4.0 still stands at 1,000, to 6 decimals
    assert value_at(level, 1_000, 1_000) == 4.0 > value_at(level, 1_000, 1_001)


def test_the_last_crossing_of_many_equal_levels_is_passed(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [event(user=f"u{n}") for n in range(3)])
    profiles.fade(work, [(p, "s", 1.0 - p * 1e-12) for p in (1, 2, 3)], 1_000)
    assert profiles.next_fading(work, "s", 2.0, 0) == 1
    assert profiles.fading_between(work, "s", 2.0, 0, 1) == {1, 2, 3}
    assert profiles.next_fading(work, "s", 2.0, 1) is None


def test_fading_traits_are_known_as_they_stand_now(database: Database) -> None:
    profiles = room()
    with database.begin(CLOCK, NOW) as work:
        tell(work, profiles, [identify("u1", time=NOW, city="x"), event(user="u2")])
        level = level_for(8.0, 1_000, NOW)
        rows = [(1, "scores.activity", level), (2, "scores.activity", level)]
        profiles.fade(work, rows, 1_000)
        profiles.fade(work, [(2, "scores.activity", None), (2, "never.there", None)], 1_000)
        assert profiles.holders(work, "scores.activity") == {1}
    for moment, value in ((NOW, 8.0), (NOW + 1_000, 4.0), (NOW + 1_500, 2.828427)):
        with database.read(CLOCK, moment) as work:
            known = profiles.known(work, [1, 2])
            assert known[1].traits == {"city": "x", "scores.activity": value}
            assert known[2].traits == {}
            assert "scores.activity" not in known[1].since
            assert profiles.traits(work, 1) == {"city": "x"}
            export = profiles.export(work, ["scores.activity"])
            assert list(export.traits["value"]) == [repr(value)]
    with database.read(CLOCK, NOW) as work:
        assert profiles.next_fading(work, "unheard", 1.0, NOW) is None
        assert profiles.fading_between(work, "unheard", 1.0, NOW, NOW + 1) == set()


def test_what_a_work_wrote_of_fading_traits_is_noted(database: Database) -> None:
    profiles = room()
    with database.begin(CLOCK, NOW) as work:
        tell(work, profiles, [event(user=f"u{n}") for n in range(3)])
        assert profiles.faded_in(work) == {}
        profiles.fade(work, [(3, "a", 3.0), (1, "a", 1.0), (2, "b", 5.0)], 1_000)
        profiles.fade(work, [(1, "a", 1.5), (3, "a", None), (3, "never.there", None)], 1_000)
        found = {
            name: list(zip(people.tolist(), map(repr, levels.tolist()), strict=True))
            for name, (people, levels) in profiles.faded_in(work).items()
        }
        assert found == {
            "a": [(1, "1.5"), (3, "nan")],
            "b": [(2, "5.0")],
            "never.there": [(3, "nan")],
        }
        assert sorted(profiles.faded(work, [1, 2, 3])) == [
            (1, "a", 1.5, 1_000),
            (2, "b", 5.0, 1_000),
        ]
    with database.begin(CLOCK, NOW) as work:
        assert profiles.unfade(work, [2]) == 1
        assert {name: people.tolist() for name, (people, _) in profiles.faded_in(work).items()} == {
            "a": [2],
            "b": [2],
        }
        profiles.fade(work, [(1, "a", 1.5)], 2_000)
        assert profiles.faded(work, [1, 2, 3]) == [(1, "a", 1.5, 2_000)], "its half-life is new"
