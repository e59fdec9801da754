"""One owner at a time; a late one is told by its token."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from coterie.core.actor import CLOCK
from coterie.core.errors import Conflict
from coterie.storage import leases
from coterie.storage.database import Database
from coterie.storage.leases import Lease

NOW = 1_767_225_600_000
LONG = 15_000


def take(database: Database, owner: str, now: int, name: str = "road") -> Lease | None:
    with database.begin(CLOCK, now) as work:
        return leases.take(work, name, owner, now, LONG)


def held(database: Database, owner: str, now: int, name: str = "road") -> Lease:
    lease = take(database, owner, now, name)
    assert lease is not None
    return lease


def test_the_first_one_gets_it_and_keeps_the_others_out(database: Database) -> None:
    assert held(database, "a", NOW) == Lease("road", "a", 1, NOW + LONG)
    assert take(database, "b", NOW) is None
    assert take(database, "b", NOW + LONG - 1) is None


def test_its_owner_renews_it_with_the_same_token(database: Database) -> None:
    first = held(database, "a", NOW)
    renewed = held(database, "a", NOW + 10_000)
    assert (renewed.token, renewed.until) == (first.token, NOW + 10_000 + LONG)
    assert take(database, "b", NOW + LONG) is None


def test_when_it_has_run_out_another_takes_over_with_a_larger_token(database: Database) -> None:
    first = held(database, "a", NOW)
    second = held(database, "b", NOW + LONG)
    assert second.token > first.token
    assert take(database, "a", NOW + LONG + 1) is None
    third = held(database, "a", NOW + 2 * LONG)
    assert third.token > second.token


def test_the_late_one_cannot_commit(database: Database) -> None:
    late = held(database, "a", NOW)
    with database.begin(CLOCK, NOW) as work:
        leases.check(work, late)
    current = held(database, "b", NOW + LONG)
    with pytest.raises(Conflict, match="taken over"), database.begin(CLOCK, NOW) as work:
        leases.take(work, "other", "a", NOW, LONG)
        leases.check(work, late)
    assert held(database, "c", NOW, "other").token == 1, "what the late one did was rolled back"
    with database.begin(CLOCK, NOW) as work:
        leases.check(work, current)


def test_an_owner_that_came_late_but_met_nobody_may_go_on(database: Database) -> None:
    lease = held(database, "a", NOW)
    assert held(database, "a", NOW + 10 * LONG).token == lease.token
    with database.begin(CLOCK, NOW) as work:
        leases.check(work, lease)


def test_a_lease_given_back_is_free_at_once(database: Database) -> None:
    first = held(database, "a", NOW)
    with database.begin(CLOCK, NOW) as work:
        leases.release(work, first)
    second = held(database, "b", NOW + 1)
    assert second.token > first.token


def test_who_has_lost_it_cannot_give_it_back(database: Database) -> None:
    first = held(database, "a", NOW)
    held(database, "b", NOW + LONG)
    with database.begin(CLOCK, NOW) as work:
        leases.release(work, first)
    assert take(database, "c", NOW + LONG + 1) is None


def test_leases_of_different_names_do_not_know_each_other(database: Database) -> None:
    held(database, "a", NOW, "road")
    assert held(database, "b", NOW, "tidy").token == 1


def test_a_lease_that_nobody_ever_took_cannot_be_checked(database: Database) -> None:
    with pytest.raises(Conflict), database.begin(CLOCK, NOW) as work:
        leases.check(work, Lease("road", "a", 1, NOW))


def test_of_those_who_come_first_at_once_one_gets_it(database: Database) -> None:
    together = Barrier(4)

    def come(number: int) -> Lease | None:
        together.wait()
        return take(database, f"owner-{number}", NOW, "never-taken")

    with ThreadPoolExecutor(4) as threads:
        got = [lease for lease in threads.map(come, range(4)) if lease is not None]
    assert len(got) == 1
    assert got[0].token == 1
