"""Messages of people who turn out to be one, part again, or are erased."""

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR, WEEK, local_date
from coterie.core.people import Shift
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Template
from coterie.messaging.store import message_rows
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from messaging.conftest import TABLES, ZONE, Desk, at, request, statuses
from messaging.people import People, Person

TOGETHER, APART = Shift(2, 2, 1), Shift(2, 1, 2)


def follow(desk: Desk, *shifts: Shift) -> None:
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.follow(work, shifts)


def test_what_was_written_follows_and_can_still_be_read(desk: Desk) -> None:
    desk.send(request(1, "k1"), request(2, "k2", node="other"))
    before = [desk.of(1), desk.of(2)]
    follow(desk, TOGETHER)
    follow(desk, TOGETHER)
    assert [(desk.key(each), each.text) for each in desk.of(1)] == [
        ("k1", "Dear friend"),
        ("k2", "Dear friend"),
    ]
    assert desk.of(2) == []
    desk.deliver()
    assert [each.status for each in desk.of(1)] == ["sent", "sent"]
    follow(desk, APART)
    assert [[each.id for each in desk.of(n)] for n in (1, 2)] == [
        [each.id for each in theirs] for theirs in before
    ]


def test_what_went_out_in_between_is_listed(desk: Desk) -> None:
    desk.send(request(1, "k1"), request(2, "k2", node="other"))
    follow(desk, TOGETHER)
    desk.now += HOUR
    desk.deliver()
    with desk.database.read(CLOCK, desk.now) as work:
        listed = desk.room.sent_between(work, [1, 2], desk.now - 1, desk.now)
        assert {desk.key(each) for each in listed} == {"k1", "k2"}
        assert desk.room.sent_between(work, [1, 2], 0, desk.now - 1) == []


def test_of_what_waits_beyond_the_cap_the_better_goes_out(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(per_day=2)
    cheap: dict[str, object] = {"touch": "commercial", "node": "offer"}
    desk.send(request(1, "a", **cheap), request(1, "b", value=2, **cheap))
    desk.send(request(2, "c", touch="emotional"), request(2, "d", touch="service"))
    follow(desk, TOGETHER)
    desk.deliver()
    standing = {desk.key(each): (each.status, each.reason) for each in desk.of(1)}
    assert standing == {
        "a": ("held", "cap_day"),
        "b": ("sent", None),
        "c": ("sent", None),
        "d": ("sent", None),
    }
    assert desk.told().count("held") == 1


def test_the_same_is_not_said_twice_on_a_day(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(per_day=None)
    desk.send(request(1, "a"), request(2, "b"), request(2, "c", node="other"))
    desk.send(request(2, "d", run_key="order 2"))
    follow(desk, TOGETHER)
    desk.deliver()
    standing = {desk.key(each): each.reason for each in desk.of(1)}
    assert standing == {"a": None, "b": "duplicate", "c": None, "d": None}


def test_who_was_held_out_as_one_and_written_to_as_the_other_is_named(desk: Desk) -> None:
    desk.send(request(1, "k1"), request(2, "k2", shadow=True), request(3, "k3", shadow=True))

    def named() -> list[tuple[str, int]]:
        with desk.database.read(CLOCK, desk.now) as work:
            return desk.room.contaminated(work)

    assert named() == []
    follow(desk, TOGETHER)
    assert named() == [("journey:win-back", 1)]
    follow(desk, APART)
    assert named() == []


def test_an_origin_has_reached_who_was_reached_as_another(desk: Desk) -> None:
    desk.send(request(2, "k2"))
    follow(desk, TOGETHER)
    with desk.database.read(CLOCK, desk.now) as work:
        assert desk.room.reached(work, "journey:win-back", [1, 2, 3]) == {1}
        assert desk.room.reached(work, "journey:other", [1]) == set()


def test_who_is_erased_is_written_to_no_more_and_leaves_the_numbers(desk: Desk) -> None:
    desk.send(request(2, "k1", run_key="A-1"))
    desk.deliver()
    desk.send(request(2, "k2", run_key="A-2"))
    follow(desk, TOGETHER)
    with desk.database.begin(CLOCK, desk.now) as work:
        handed = desk.room.hand_out(work, 1)
        assert desk.room.erase(work, [1, 2]) == {"messages": 2}
        assert desk.room.erase(work, [1, 2]) == {"messages": 0}
    assert [each["text"] for each in handed["messages"]] == ["Dear friend", "Dear friend"]
    assert statuses(desk.of(1)) == [("sent", None), ("held", "erased")]
    assert desk.deliver() == 0
    with desk.database.read(CLOCK, desk.now) as work:
        kept = work.connection.execute(select(message_rows)).all()
    assert {(row.content, row.provider_id, row.detail, row.run_key) for row in kept} == {
        (None, None, None, None)
    }


TOUCHES = st.tuples(
    st.integers(1, 3),
    st.sampled_from(["emotional", "commercial", "informational"]),
    st.integers(0, 3),
)


@settings(max_examples=15)
@given(
    asked=st.lists(st.tuples(TOUCHES, st.integers(0, 30)), min_size=3, max_size=12),
    merges=st.lists(st.sampled_from([1, 2]), max_size=2, unique=True),
)
def test_a_person_who_was_two_never_gets_more_than_the_cap(
    asked: list[tuple[tuple[int, str, int], int]], merges: list[int]
) -> None:
    """From the merge on: what went out before it can only be counted, not undone."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.in_folder(Path(folder))
        metadata.create_all(database.engine, tables=TABLES)
        people = People({n: Person(email=f"p{n}@x.com") for n in (1, 2, 3)})
        desk = Desk(database, people, GateSettings(quiet=None, per_day=2, per_week=5))
        desk.define(Template("hello", "hi"))
        for number, ((profile, touch, value), hours) in enumerate(asked):
            desk.now = at(10, 12) + hours * HOUR
            desk.send(
                request(profile, f"k{number}", touch=touch, value=float(value), node=f"n{number}")
            )
        desk.now = at(10, 12)
        for profile in merges:  # 2 becomes one with 1, 3 with what 2 is
            follow(desk, Shift(profile + 1, profile + 1, 1 if 1 in merges else profile))
        for _ in range(12):
            desk.deliver()
            desk.now += 4 * HOUR
        sent = [each for n in (1, 2, 3) for each in desk.of(n) if each.status == "sent"]
        days = Counter((each.profile, local_date(each.at, ZONE)) for each in sent)
        assert max(days.values(), default=0) <= 2
        for each in sent:
            week = [o for o in sent if o.profile == each.profile and 0 <= o.at - each.at < WEEK]
            assert len(week) <= 5
        held = {each.reason for n in (1, 2, 3) for each in desk.of(n) if each.status == "held"}
        assert held <= {"cap_day", "cap_week"}
        database.close()
