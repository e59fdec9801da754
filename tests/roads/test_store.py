"""What waits for the road: facts in portions, in the order of their birth, with their hops."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.roads import store
from coterie.storage import migrate
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    with database.begin(CLOCK, NOW) as begun:
        yield begun


def facts(number: int, profile: int = 7) -> list[Event]:
    return [
        fact("x", room="tests", profile=profile, at=NOW, cause=(profile, n), n=n)
        for n in range(number)
    ]


def test_facts_come_back_in_the_order_of_their_birth(work: Work) -> None:
    born = facts(2 * store.FACTS_IN_ROW + 3)
    store.keep_facts(work, born, [n % 5 + 1 for n in range(len(born))])
    later = facts(2, profile=8)
    store.keep_facts(work, later)
    found = store.facts_until(work, store.last_fact(work, 10**6))
    assert [(one.profile, one.properties["n"]) for one in found] == [
        (one.profile, one.properties["n"]) for one in [*born, *later]
    ]
    assert [one.hop for one in found] == [*(n % 5 + 1 for n in range(len(born))), 0, 0]
    assert all(one.came_with == one.profile for one in found)
    orders = [one.order for one in found]
    assert orders == sorted(set(orders))


def test_the_order_grows_when_all_were_carried_before(work: Work) -> None:
    last = -1
    for _ in range(3):
        store.keep_facts(work, facts(3))
        batch = store.Batch(1, 0, 0, store.last_fact(work, 100), NOW, carried=False)
        (first, *_) = store.facts_until(work, batch.last_fact)
        assert first.order > last
        last = first.order
        store.mark_carried(work, batch)
        assert store.last_fact(work, 100) == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 1_200), min_size=1, max_size=5), limit=st.integers(1, 2_000))
def test_a_batch_holds_no_more_facts_than_asked_for_but_one_row_always(
    database: Database, sizes: list[int], limit: int
) -> None:
    with database.read(CLOCK, NOW) as work:
        for number, size in enumerate(sizes):
            store.keep_facts(work, facts(size, profile=number + 1))
        total = 0
        while reached := store.last_fact(work, limit):
            found = store.facts_until(work, reached)
            assert 0 < len(found) <= max(limit, store.FACTS_IN_ROW)
            total += len(found)
            store.mark_carried(work, store.Batch(1, 0, 0, reached, NOW, carried=False))
        assert total == sum(sizes)


def test_facts_are_taken_off_one_by_one(work: Work) -> None:
    store.keep_facts(work, [*facts(3), *facts(2, profile=8)], [4, 4, 4, 5, 6])
    store.keep_facts(work, facts(2))

    def is_hers(one: Event, body: bytes) -> bool:
        return one.profile == 7 or one.id.encode() not in body

    assert store.strike_facts(work, is_hers) == 5
    found = store.facts_until(work, store.last_fact(work, 100))
    assert [(one.profile, one.properties["n"], one.hop) for one in found] == [(8, 0, 5), (8, 1, 6)]
    assert store.strike_facts(work, is_hers) == 0


def test_what_waited_in_an_earlier_version_waits_still(tmp_path: Path) -> None:
    database = Database.in_folder(tmp_path)
    command.upgrade(migrate._config(database), "2026_11_23_0200")
    (old,) = facts(1)
    with database.begin(CLOCK, NOW) as work:
        for hop in (0, 3):
            body = msgspec.msgpack.encode(msgspec.structs.replace(old, hop=hop))
            insert = text("INSERT INTO road_facts (body) VALUES (:body)")
            work.connection.execute(insert, {"body": body})
    migrate.upgrade(database)
    with database.begin(CLOCK, NOW) as work:
        store.keep_facts(work, [old], [5])
        found = store.facts_until(work, store.last_fact(work, 100))
    plain: list[Any] = [msgspec.structs.replace(one, order=0, came_with=0) for one in found]
    assert plain == [msgspec.structs.replace(old, hop=hop) for hop in (0, 3, 5)]
    assert [one.order for one in found] == sorted({one.order for one in found})
    database.close()
