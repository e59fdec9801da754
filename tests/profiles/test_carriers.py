"""Identities kept in memory: the same people as without, whoever else writes or erases."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import event as database_event
from sqlalchemy import select

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.profiles.graph import store
from coterie.profiles.graph.carriers import Carriers
from coterie.profiles.graph.model import GRAIN, begun
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, event, placed, room

_houses = itertools.count()

SIGHTS = st.tuples(
    st.sampled_from([("a",), ("b",), ("c",), ("a", "x"), ("b", "x"), ("b", "y"), ("z",)]),
    st.integers(-3 * GRAIN, 3 * GRAIN),
)


def sights(house: str, said: Sequence[tuple[tuple[str, ...], int]]) -> list[Event]:
    """Make events of users, of browsers (x to z), and of a user in a browser."""
    made = []
    for number, (names, ago) in enumerate(said):
        users = [f"{house}-{name}" for name in names if name < "x"]
        browsers = [f"{house}-{name}" for name in names if name >= "x"]
        made.append(
            event(
                user=users[0] if users else None,
                anonymous=browsers[0] if browsers else None,
                id=f"{house}-{number:04}",
                time=NOW + ago,
            )
        )
    return made


def standing(work: Work, profiles: Profiles, house: str) -> Any:
    """Tell of each name who it is one with, and when it was seen, whatever the numbers."""
    found = {}
    for name in "abcxyz":
        kind = "user_id" if name < "x" else "anonymous_id"
        for node in store.by_digest(work, {kind: [profiles.blind(kind, f"{house}-{name}")]}):
            found[name] = node
    people = {node.person for node in found.values()} - {None}
    together = {
        person: sorted(name for name, node in found.items() if node.person == person)
        for person in people
    }
    return {
        name: (together.get(node.person), node.owns, node.shared, node.first_seen, node.last_seen)
        for name, node in found.items()
    }


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=st.lists(SIGHTS, min_size=1, max_size=12), data=st.data())
def test_people_are_the_same_in_any_order_with_and_without_memory(
    database: Database, said: list[tuple[tuple[str, ...], int]], data: st.DataObject
) -> None:
    house = f"h{next(_houses)}"
    with database.read(CLOCK, NOW) as work:  # in one go, by somebody who knows nobody
        cold = room()
        cold.recognise(work, sights(house, said))
        expected = standing(work, cold, house)
    shuffled = data.draw(st.permutations(sights(house, said)))
    warm, other = room(), room()
    for one in shuffled:
        who = data.draw(st.sampled_from([warm, warm, warm, other]))
        with database.begin(CLOCK, NOW) as work:
            who.recognise(work, [one])
    with database.read(CLOCK, NOW) as work:
        assert standing(work, warm, house) == expected
        found = placed(work, warm, *sights(house, said))
        assert found == placed(work, room(), *sights(house, said))


def test_when_somebody_was_seen_last_is_kept_to_the_grain(
    database: Database, profiles: Profiles
) -> None:
    base = begun(NOW)
    for time, first, last in (
        (base + 7, base + 7, base + 7),
        (base + 9, base + 7, base + 7),
        (base + GRAIN + 9, base + 7, base + GRAIN),
        (base + 5, base + 5, base + GRAIN),
        (base - GRAIN - 1, base - GRAIN - 1, base + GRAIN),
    ):
        with database.begin(CLOCK, NOW) as work:
            profiles.recognise(work, [event(user="u", time=time)])
            (one,) = profiles.identities_of(work, 1)
            assert (one.first_seen, one.last_seen) == (first, last)


def test_one_who_is_known_is_not_asked_for(database: Database, profiles: Profiles) -> None:
    batch = [event(user=f"u{n}") for n in range(50)]
    with database.begin(CLOCK, NOW) as work:
        first = placed(work, profiles, *batch)
    statements: list[str] = []
    with database.begin(CLOCK, NOW) as work:
        database_event.listen(
            work.connection, "before_cursor_execute", lambda *told: statements.append(told[2])
        )
        assert placed(work, profiles, *batch) == first
    assert not [one for one in statements if "digest" in one]


def test_what_another_process_wrote_is_never_taken_back(database: Database) -> None:
    mine, theirs = room(), room()
    base = begun(NOW)
    with database.begin(CLOCK, NOW) as work:
        mine.recognise(work, [event(user="u", time=base)])
    with database.begin(CLOCK, NOW) as work:
        span = np.array([base - 5]), np.array([base + 5 * GRAIN])
        theirs.arrivals(work, "user_id", ["u"], "file", *span)
    with database.begin(CLOCK, NOW) as work:
        mine.recognise(work, [event(user="u", time=base + 2 * GRAIN)])
        mine.recognise(work, [event(user="u", time=base - 2)])
        (one,) = mine.identities_of(work, 1)
        assert (one.first_seen, one.last_seen) == (base - 5, base + 5 * GRAIN)


def test_one_who_was_erased_by_another_process_is_a_new_person(database: Database) -> None:
    mine, theirs = room(), room()
    with database.begin(CLOCK, NOW) as work:
        assert placed(work, mine, event(user="u"), event(user="v")) == [1, 2]
    with database.begin(CLOCK, NOW) as work:
        theirs.erasures.erase_rows(work, [1])
        assert [row.person for row in work.connection.execute(select(store.seen_rows))] == [2]
    for _ in range(2):
        with database.begin(CLOCK, NOW) as work:
            assert placed(work, mine, event(user="u"), event(user="v")) == [3, 2]


def test_a_work_that_fails_leaves_nothing_in_memory(database: Database) -> None:
    profiles = room()
    with pytest.raises(ZeroDivisionError), database.begin(CLOCK, NOW) as work:
        assert placed(work, profiles, event(user="never")) == [1]
        raise ZeroDivisionError
    for _ in range(2):
        with database.begin(CLOCK, NOW) as work:
            assert placed(work, profiles, event(user="u"), event(user="never")) == [1, 2]


def test_who_came_by_columns_is_known(database: Database) -> None:
    profiles, span = room(), (np.array([NOW, NOW]), np.array([NOW, NOW + GRAIN]))
    with database.begin(CLOCK, NOW) as work:
        assert profiles.arrivals(work, "user_id", ["u", "v"], "f", *span).tolist() == [1, 2]
    with database.begin(CLOCK, NOW) as work:
        later = np.array([NOW - 9, NOW]), np.array([NOW, NOW + 9 * GRAIN])
        profiles.seen(work, "user_id", ["u", "v"], *later)
    with database.begin(CLOCK, NOW) as work:
        assert placed(work, profiles, event(user="v")) == [2]
        found = [profiles.identities_of(work, one)[0] for one in (1, 2)]
    assert [(one.first_seen, one.last_seen) for one in found] == [
        (NOW - 9, NOW), (NOW, NOW + 9 * GRAIN)
    ]  # fmt: skip


def test_very_many_are_sorted_in_and_found() -> None:
    kept = Carriers(few=40)
    blind = room().blind
    digests = [blind("user_id", n) for n in range(500)]
    for start in range(0, 500, 25):
        met = [(digests[n], n + 1, 2 * n + 1, NOW - n, NOW + n) for n in range(start, start + 25)]
        kept.learn(met)
    found = kept.find([*reversed(digests), blind("user_id", "nobody")], BitMap())
    assert found["profile"].tolist() == [*(2 * n + 1 for n in reversed(range(500))), 0]
    assert found["id"].tolist() == [*reversed(range(1, 501)), 0]
    kept.see(digests[:2], np.array([NOW + 9, NOW - 9]))
    assert kept.find(digests[:2], BitMap([3]))[["profile", "last"]].tolist() == [
        (1, NOW + 9), (0, NOW + 1)
    ]  # fmt: skip


def test_more_than_it_may_hold_are_forgotten() -> None:
    kept, blind = Carriers(most=50, few=10), room().blind
    for start in range(0, 66, 11):
        kept.learn([(blind("user_id", n), n, n, NOW, NOW) for n in range(start + 1, start + 12)])
    found = kept.find([blind("user_id", n) for n in range(1, 67)], BitMap())
    assert 0 < np.count_nonzero(found["profile"]) <= 50
