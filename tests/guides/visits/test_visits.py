"""One visit a person, store and day; the loop from a store back to a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event as told

from conftest import NOW
from coterie.catalog.service import Catalog
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.core.people import Shift
from coterie.events.log import Log
from coterie.guides.organisation.model import Guide, Store
from coterie.guides.organisation.service import Organisation
from coterie.guides.visits.loop import gathered, walk
from coterie.guides.visits.model import Count, Loop, Step
from coterie.guides.visits.service import Visits
from coterie.storage.database import Database
from coterie.storage.work import Work

UTC = ZoneInfo("UTC")


def happened(
    name: str, profile: int, at: int, *, backfill: bool = False, **properties: Any
) -> Event:
    return Event(
        id=f"{name}{profile}{at}", type="track", name=name, time=at, received=at, source="t",
        profile=profile, came_with=profile, store=properties.get("store"), properties=properties,
        backfill=backfill,
    )  # fmt: skip


def redeemed(profile: int, at: int, store: str) -> Event:
    return fact("coupon.redeemed", room="coupons", profile=profile, at=at, cause=("c", at),
                coupon="c", store=store)  # fmt: skip


@pytest.fixture
def visits(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    organisation = Organisation(Catalog())
    with database.begin(COMMAND, NOW - DAY) as work:
        for store in (
            Store("bund", "Bund"),
            Store("tokyo", "Tokyo", zone="Asia/Tokyo"),
            Store("cloud", "Cloud", kind="cloud"),
        ):
            organisation.save_store(work, store)
        organisation.save_guide(work, Guide("ann", "Ann", userid="Ann.W", stores=("bund",)))
    log = Log(tmp_path_factory.mktemp("log"))
    yield Visits(organisation, log, UTC)
    log.close()


@contextmanager
def working(database: Database) -> Iterator[Work]:
    with database.begin(COMMAND, NOW) as work:
        yield work


def hear(visits: Visits, work: Work, *events: Event) -> list[dict[str, Any]]:
    return [dict(made.properties) for made in visits.hear(work, events, [])]


def test_a_day_at_a_store_is_one_visit_however_it_is_known(
    visits: Visits, database: Database
) -> None:
    with working(database) as work:
        first = hear(
            visits, work,
            happened("Order Completed", 1, NOW, store="bund"),
            happened("Store Visited", 1, NOW + HOUR, store="bund"),
        )  # fmt: skip
        assert first == [{"store": "bund", "how": "checkin", "day": "2026-01-01", "first": True}]
        assert hear(visits, work, redeemed(1, NOW + 2 * HOUR, "bund")) == []
        assert hear(visits, work, redeemed(1, NOW + DAY, "bund"), redeemed(2, NOW, "bund")) == [
            {"store": "bund", "how": "redemption", "day": "2026-01-01", "first": True},
            {"store": "bund", "how": "redemption", "day": "2026-01-02", "first": False},
        ]
        assert hear(visits, work, happened("Order Completed", 3, NOW, store="bund")) == [
            {"store": "bund", "how": "pos", "day": "2026-01-01", "first": True}
        ]
        assert visits.counts(work, "2026-01-01", "2026-01-02") == [
            Count("bund", "checkin", 1, 1), Count("bund", "pos", 1, 1),
            Count("bund", "redemption", 1, 1),
        ]  # fmt: skip
        assert visits.days(work, "2026-01-01", "2026-01-09", "bund") == {
            "2026-01-01": 3, "2026-01-02": 1,
        }  # fmt: skip


def test_the_day_is_that_of_the_stores_zone(visits: Visits, database: Database) -> None:
    late = NOW - 10 * HOUR  # 14:00 in London, 23:00 in Tokyo
    with working(database) as work:
        days = [
            one["day"]
            for one in hear(
                visits, work,
                happened("Store Visited", 1, late, store="tokyo"),
                happened("Store Visited", 1, late + 2 * HOUR, store="tokyo"),
                happened("Store Visited", 1, late, store="bund"),
                happened("Store Visited", 1, late + 2 * HOUR, store="bund"),
            )
        ]  # fmt: skip
    assert sorted(days) == ["2025-12-31", "2025-12-31", "2026-01-01"]


def test_a_cloud_store_has_no_door_and_a_guide_stands_in_hers(
    visits: Visits, database: Database
) -> None:
    with working(database) as work:
        made = hear(
            visits, work,
            happened("Order Completed", 1, NOW, store="cloud"),
            happened("Order Completed", 2, NOW, store="nowhere"),
            happened("Order Completed", 3, NOW),
            happened("Store Visited", 4, NOW, guide="Ann.W"),
            happened("Store Visited", 5, NOW, guide="ann"),
            happened("Store Visited", 6, NOW, guide="nobody"),
        )  # fmt: skip
        assert [one["store"] for one in made] == ["bund", "bund"]


def test_history_is_a_visit_that_starts_nothing(visits: Visits, database: Database) -> None:
    with working(database) as work:
        event = happened("Store Visited", 1, NOW - 90 * DAY, store="bund", backfill=True)
        assert [one.backfill for one in visits.hear(work, [event], [])] == [True]


def test_two_who_turn_out_to_be_one_were_there_once(visits: Visits, database: Database) -> None:
    with working(database) as work:
        hear(
            visits, work,
            happened("Store Visited", 1, NOW, store="bund"),
            happened("Order Completed", 2, NOW, store="bund"),
        )  # fmt: skip
        visits.follow(work, [Shift(2, 2, 1)])
        assert visits.counts(work, "2026-01-01", "2026-01-02") == [Count("bund", "checkin", 1, 1)]
        assert len(visits.of_profile(work, 1)) == 1
        assert hear(visits, work, happened("Store Visited", 1, NOW + 1, store="bund")) == []
        visits.follow(work, [Shift(2, 1, 2)])
        assert [one.how for one in visits.of_profile(work, 2)] == ["pos"]
        assert visits.erase(work, [1, 2]) == {"visits": 2}
        assert visits.erase(work, [1, 2]) == {"visits": 0}
        assert visits.hand_out(work, 1) == {"visits": []}
        assert visits.days(work, "2026-01-01", "2026-01-02") == {"2026-01-01": 2}


def test_nothing_is_asked_when_nothing_concerns_it(visits: Visits, database: Database) -> None:
    with working(database) as work:
        statements: list[str] = []

        def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        told.listen(work.connection, "before_cursor_execute", count)
        visits.hear(work, [happened("Article Read", 1, NOW)], [])
        assert statements == []
        many = [happened("Store Visited", one, NOW, store="bund") for one in range(1, 301)]
        assert len(visits.hear(work, many, [])) == 300
        assert len(statements) <= 3
        told.remove(work.connection, "before_cursor_execute", count)


# --- the loop

STEPS = st.lists(
    st.builds(
        lambda day, minute, deed, who: Step(
            day * DAY + minute * MINUTE, deed, f"{day}" if deed == "visit" else who
        ),
        st.integers(0, 4), st.integers(0, 3),
        st.sampled_from(["visit", "visit", "added", "deleted", "joined", "left"]),
        st.sampled_from(["a", "b"]),
    ),
    max_size=12,
)  # fmt: skip


def plainly(steps: list[Step]) -> tuple[int, int | None] | None:
    """Say when a loop opened and closed, by asking of every visit whether it closes it."""
    order = ["deleted", "left", "added", "joined", "visit"]
    ways = sorted(steps, key=lambda one: (one.at, order.index(one.deed), one.what))
    places = [place for place, one in enumerate(ways) if one.deed == "visit"]
    if not places:
        return None
    first = ways[places[0]]

    def stands(place: int, came: str, went: str) -> bool:
        last = {one.what: one.deed for one in ways[:place] if one.deed in (came, went)}
        return came in last.values()

    for place in places[1:]:
        later = ways[place].what > first.what
        if later and stands(place, "added", "deleted") and stands(place, "joined", "left"):
            return first.at, ways[place].at
    return first.at, None


@given(STEPS)
def test_the_loop_is_what_brute_force_finds(steps: list[Step]) -> None:
    loop = walk(steps)
    assert (None if loop is None else (loop.opened, loop.returned)) == plainly(steps)
    if loop is not None and loop.returned is not None:
        assert loop.online is not None and loop.grouped is not None
        assert loop.opened <= loop.online <= loop.grouped <= loop.returned


def test_the_rate_and_the_time_of_loops() -> None:
    loops = gathered(
        [Loop(0, 1, 2, 3 * DAY), Loop(0, 1), Loop(0, 1, 2, 9 * DAY), Loop(5, 6, 7, 5 + 4 * DAY)]
    )
    assert (loops.opened, loops.online, loops.grouped, loops.returned) == (4, 4, 3, 3)
    assert (loops.rate, loops.median) == (0.75, 4 * DAY)
    assert gathered([]).rate is None and gathered([]).median is None


def test_loops_are_read_off_the_log(visits: Visits, database: Database) -> None:
    log: Log = visits._lake  # type: ignore[assignment]
    with working(database) as work:
        wire = [
            happened("Contact Added", 1, NOW - 60 * DAY, guide="Ann.W"),  # from long before
            happened("Store Visited", 1, NOW, store="bund"),
            happened("Group Joined", 1, NOW + HOUR, group_id="g"),
            happened("Store Visited", 1, NOW + 3 * DAY, store="tokyo"),
            happened("Store Visited", 2, NOW, store="bund"),
            happened("Contact Added", 2, NOW + MINUTE, guide="Ann.W", half=True),
            happened("Store Visited", 2, NOW + DAY, store="bund"),
            happened("Store Visited", 3, NOW, store="tokyo"),
        ]
        log.append(work, wire)
        visits.hear(work, wire, [])
        loops = visits.loops(work, NOW - DAY, NOW + DAY, "bund")
        assert (loops.opened, loops.online, loops.grouped, loops.returned) == (2, 1, 1, 1)
        assert loops.times == (3 * DAY,)
        assert visits.loops(work, NOW - DAY, NOW + DAY).opened == 3
        assert visits.loops(work, NOW + 9 * DAY, NOW + 10 * DAY).opened == 0
