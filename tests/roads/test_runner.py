"""One process runs the roads, others stand by; nothing sleeps: a turn ends where it would wait."""

from collections.abc import Callable, Iterator
from threading import Event as Flag

import pytest
from sqlalchemy import select

from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR, SystemClock
from coterie.roads import runner
from coterie.roads.runner import LEASE, RoadRunner
from coterie.storage import leases
from coterie.storage.database import Database
from coterie.storage.leases import Lease, lease_rows
from coterie.testing import House
from coterie.testing.clock import FakeClock

NOW = 1_767_225_600_000


class Roads:
    """Roads whose every turn is written down; what would be waiting is where a test steps in."""

    def __init__(self, database: Database) -> None:
        self.db = database
        self.clock = FakeClock(NOW)
        self.settled: list[tuple[int, Lease | None]] = []
        self.tidied: list[int] = []
        self.waits: list[float] = []
        self.in_settle: Callable[[], None] = lambda: None
        self.on_wait: Callable[[], None] = lambda: None

    def settle(self, now: int, lease: Lease | None = None) -> None:
        """Commit something under the lease, as the inbound road does."""
        self.in_settle()
        with self.db.begin(CLOCK, now) as work:
            assert lease is not None
            leases.take(work, f"done-{len(self.settled)}", lease.owner, now, HOUR)
            leases.check(work, lease)
        self.settled.append((now, lease))

    def tidy(self, now: int) -> None:
        """Note when."""
        self.tidied.append(now)

    def await_poke(self, seconds: float) -> None:
        """Note how long it would have been, and let the test step in."""
        self.waits.append(seconds)
        self.on_wait()


def turns(runner: RoadRunner, roads: Roads, number: int) -> None:
    """Let a runner have its turns, then stop it."""
    stop = Flag()

    def count() -> None:
        if len(roads.waits) - before >= number:
            stop.set()

    before, earlier = len(roads.waits), roads.on_wait
    roads.on_wait = lambda: (earlier(), count())[0]
    runner.run(stop)
    roads.on_wait = earlier


def lease_of(database: Database) -> tuple[str, int, int]:
    with database.read(CLOCK, NOW) as work:
        row = work.connection.execute(select(lease_rows).where(lease_rows.c.name == "road")).one()
        return row.owner, row.token, row.until


def let_it_run_out(database: Database) -> None:
    """Do what fifteen seconds without a renewal would do."""
    with database.begin(CLOCK, NOW) as work:
        statement = lease_rows.update().where(lease_rows.c.name == "road").values(until=1)
        work.connection.execute(statement)


def test_a_runner_settles_at_the_houses_time_under_its_lease(database: Database) -> None:
    roads = Roads(database)
    turns(RoadRunner(roads), roads, 3)
    assert [now for now, _ in roads.settled] == [NOW] * 3
    assert {lease.token for _, lease in roads.settled if lease} == {1}
    assert roads.waits == [1.0] * 3


def test_the_lease_is_in_the_machines_time_whatever_the_house_says(database: Database) -> None:
    roads = Roads(database)
    seen: list[int] = []
    before = SystemClock().now()
    roads.on_wait = lambda: seen.append(lease_of(database)[2])
    turns(RoadRunner(roads), roads, 1)
    assert before + LEASE <= seen[0] <= SystemClock().now() + LEASE


def test_the_second_one_stands_by_and_takes_over_after_the_first_has_gone(
    database: Database,
) -> None:
    first, second = Roads(database), Roads(database)
    standing_by = RoadRunner(second)
    first.on_wait = lambda: turns(standing_by, second, 2)
    turns(RoadRunner(first), first, 1)
    assert len(first.settled) == 1
    assert second.settled == []
    assert len(second.waits) == 2, "it looked twice while the first one ran"

    assert lease_of(database)[2] == 0, "the first gave it back when it was told to stop"
    turns(standing_by, second, 1)
    ((_, lease),) = second.settled
    assert lease is not None and lease.token == 2


def test_one_that_was_overtaken_commits_nothing_and_goes_on_standing_by(
    database: Database,
) -> None:
    slow, other = Roads(database), Roads(database)
    overtaking = RoadRunner(other)

    def overtaken() -> None:
        let_it_run_out(database)
        other.settle(NOW, overtaking._lease())  # and does not give it back yet

    slow.in_settle = overtaken
    turns(RoadRunner(slow), slow, 2)
    assert slow.settled == [], "its turn was refused at the end, its second never began"
    assert slow.waits == [1.0, 1.0], "being overtaken is no fault that it backs off from"
    ((_, lease),) = other.settled
    assert lease is not None
    assert lease_of(database) == (lease.owner, lease.token, lease.until)
    with database.read(CLOCK, NOW) as work:
        done = select(lease_rows.c.owner).where(lease_rows.c.name == "done-0")
        assert work.connection.execute(done).scalar_one() == lease.owner


def test_after_a_fault_it_tries_again_ever_more_slowly(database: Database) -> None:
    roads = Roads(database)
    faults = iter([True] * 6 + [False] * 2)

    def stumble() -> None:
        if next(faults):
            raise OSError("no space left on device")

    roads.in_settle = stumble
    turns(RoadRunner(roads), roads, 8)
    assert roads.waits == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 1.0, 1.0]
    assert len(roads.settled) == 2


@pytest.mark.parametrize("failures", [5, 1_100, 10**6])
def test_days_of_faults_only_make_it_wait_the_longest(failures: int) -> None:
    assert runner._pause(failures) == 30.0


def test_the_stores_are_tidied_once_an_hour(database: Database) -> None:
    roads = Roads(database)
    running = RoadRunner(roads)
    turns(running, roads, 2)
    assert roads.tidied == []
    roads.clock.set(NOW + HOUR)
    turns(running, roads, 2)
    roads.clock.set(NOW + 2 * HOUR - 1)
    turns(running, roads, 1)
    assert roads.tidied == [NOW + HOUR]


@pytest.fixture
def house_and_stop() -> Iterator[tuple[House, Flag]]:
    stop = Flag()

    def observe(station: str) -> None:
        if station == "committed":
            stop.set()
            house.app.poke()

    with House(observe=observe) as house:
        yield house, stop


def test_a_real_house_carries_what_waits_in_its_inbox(house_and_stop: tuple[House, Flag]) -> None:
    house, stop = house_and_stop
    body = b'{"batch": [{"type": "track", "event": "Article Read", "userId": "ada"}]}'
    house.app.door.accept("shop", body, "batch", house.app.clock.now())
    assert house.events("ada") == []
    RoadRunner(house.app).run(stop)
    assert [one.event for one in house.events("ada")] == ["Article Read"]
