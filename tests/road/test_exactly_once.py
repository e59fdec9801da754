"""Exactly once: whatever is sent again, replayed, or carried by two, happens once."""

import logging
from pathlib import Path
from typing import Any

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import SECOND, from_datetime
from coterie.core.errors import Conflict
from coterie.storage import audit, leases
from coterie.testing import House
from coterie.testing.asking import TESTER

WELCOME = {
    "entry": {"event": "Go"},
    "reentry": "after_exit",
    "start": "hello",
    "nodes": {
        "hello": {"do": "message", "channel": "email", "template": "hello", "touch": "service",
                  "then": "end"},
    },
}  # fmt: skip


def go(user: str, message_id: str) -> dict[str, Any]:
    return {"type": "track", "userId": user, "event": "Go", "messageId": message_id}


class Stopped(Exception):
    """Stands for a crash: nothing after the station happens."""


class Stop:
    """Stops the road once, when it leaves a station."""

    def __init__(self) -> None:
        self.at: str | None = None

    def __call__(self, station: str) -> None:
        if station == self.at:
            self.at = None
            raise Stopped(station)


def open_house(**more: Any) -> House:
    house = House(at="2026-01-05T02:00:00Z", **more)
    house.define_template("hello", channel="email", subject="Hello", text="Hello")
    house.define_journey("welcome", WELCOME)
    return house


def test_a_batch_that_is_sent_three_times_counts_once() -> None:
    with open_house() as house:
        house.define_segment("busy", {"did": "Go", "count": {">=": 2}})
        for _ in range(3):
            accepted = house.receive([go("u1", "m1"), go("u2", "m2"), go("u3", "m3")])
            assert accepted.accepted == 3 and not accepted.refused
        assert len(house.events("u1")) == 1
        assert house.members("busy") == set()
        assert len(house.channels["email"].delivered) == len(house.runs("welcome")) == 3


def test_the_same_id_twice_in_one_batch_counts_once() -> None:
    with open_house() as house:
        house.receive([go("u1", "m1"), go("u1", "m1")])
        assert len(house.events("u1")) == 1
        assert len(house.sent("u1")) == 1


def test_an_id_is_known_after_a_restart(tmp_path: Path) -> None:
    with open_house(path=tmp_path) as house:
        house.receive([go("u1", "m1")])
        house.advance(days=2)
        stood_at = house.now
    with House(path=tmp_path) as house:
        assert house.now == stood_at
        house.receive([go("u1", "m1")])
        assert len(house.events("u1")) == len(house.sent("u1")) == 1


def test_a_journey_that_starts_itself_is_stopped_after_sixteen_hops() -> None:
    logging.disable(logging.ERROR)
    with open_house() as house:
        house.define_journey("echo", {
            "entry": {"event": "Ping"},
            "reentry": "after_exit",
            "start": "ping",
            "nodes": {"ping": {"do": "emit", "event": "Ping", "then": "end"}},
        })  # fmt: skip
        house.receive([{"type": "track", "userId": "u1", "event": "Ping"}])
        assert [fact.event for fact in house.facts()].count("Ping") == 16
        with house.app.db.read(TESTER, 0) as work:
            rows = [row for row in audit.latest(work) if row.verb == "fact.stopped"]
        assert "Ping" in {row.object for row in rows}


@pytest.mark.parametrize("station", ["sealed", "logged", "heard by journeys", "carried"])
def test_a_replayed_batch_keeps_its_now(station: str) -> None:
    stop = Stop()
    with open_house(observe=stop) as house:
        house.define_segment("new", {"did": "Go", "within": "1h"})
        stop.at = station
        with pytest.raises(Stopped):
            house.receive([go("u1", "m1")])
        sealed_at = house.now
        assert house.events("u1") == []
        house.advance(hours=3)
        [event] = house.events("u1")
        [entered] = [fact for fact in house.facts() if fact.event == "coterie.journey.entered"]
        assert event.at == entered.at == sealed_at
        with house.app.db.read(TESTER, 0) as work:
            person = house.app.profiles.find(work, "user_id", "u1")
            assert person is not None
            changes = house.app.segments.changes(work, person)
        moves = [(change.entered, change.at) for change in changes]
        assert moves[0] == (True, from_datetime(sealed_at)), "in at the batch's own moment"
        assert house.members("new") == set()


def test_who_lost_the_lease_commits_nothing(tmp_path: Path) -> None:
    with open_house(path=tmp_path) as late, House(path=tmp_path) as quick:
        machine = 1_000 * SECOND
        with late.app.db.begin(CLOCK, 0) as work:
            lost = leases.take(work, "road", "late", machine, 15 * SECOND)
        with quick.app.db.begin(CLOCK, 0) as work:
            assert leases.take(work, "road", "quick", machine, 15 * SECOND) is None
        with quick.app.db.begin(CLOCK, 0) as work:
            held = leases.take(work, "road", "quick", machine + 16 * SECOND, 15 * SECOND)
        assert lost is not None and held is not None and held.token > lost.token
        now = from_datetime(late.now)
        body = b'{"batch":[{"type":"track","userId":"u1","event":"Go","messageId":"m1"}]}'
        late.app.door.accept("shop", body, "batch", now)
        with pytest.raises(Conflict):
            late.app.settle(now, lost)
        assert late.events("u1") == [] and late.sent("u1") == []
        quick.app.settle(now, held)
        assert len(quick.events("u1")) == len(quick.sent("u1")) == 1
        assert not late.channels["email"].delivered
        with pytest.raises(Conflict):
            late.app.settle(now, lost)
        assert len(late.events("u1")) == 1


def test_a_message_in_doubt_is_handed_over_again_under_the_same_key() -> None:
    stop = Stop()
    with open_house(observe=stop) as house:
        stop.at = "delivered"
        with pytest.raises(Stopped):
            house.receive([go("u1", "m1")])
        assert [one.status for one in house.sent("u1")] == ["leased"]
        house.advance(minutes=14, seconds=59)
        assert house.channels["email"].attempts == 1
        house.advance(seconds=1)
        assert house.channels["email"].attempts == 2
        assert len(house.channels["email"].delivered) == 1
        assert [one.status for one in house.sent("u1")] == ["sent"]
        [sent] = [fact for fact in house.facts() if fact.event == "coterie.message.sent"]
        assert sent.properties["ambiguous"] is True, "never silent"


def test_what_must_arrive_once_at_most_is_never_tried_again() -> None:
    stop = Stop()
    with open_house(observe=stop) as house:
        nodes = {"hello": {**WELCOME["nodes"]["hello"], "delivery": "at_most_once"}}
        house.redefine_journey("welcome", {**WELCOME, "nodes": nodes})
        stop.at = "leased"
        with pytest.raises(Stopped):
            house.receive([go("u1", "m1")])
        house.advance(hours=1)
        assert house.channels["email"].attempts == 0
        [message] = house.sent("u1")
        assert (message.status, message.reason) == ("failed", "ambiguous")
