"""Broadcasts to people who turn out to be one, or are erased, while they are sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from pyroaring import BitMap

from coterie.campaigns import store
from coterie.campaigns.model import Broadcast, Plan, Signature
from coterie.campaigns.sending import without
from coterie.core.actor import COMMAND
from coterie.testing import House

PLAN = Plan("Spring", "readers", "hello", "sms", "informational", holdout=0)


def sending(total: int, handed: int = 0) -> Broadcast:
    signed = Signature(1, "ada", 0, total)
    return Broadcast("b1", PLAN, "sending", signed, started=1, total=total, handed=handed, due=1)


@pytest.fixture
def house() -> Iterator[House]:
    with House(at="2026-01-05T04:00:00Z", holdout=0) as made:
        said = [{"type": "track", "userId": f"u{n}", "event": "Consent Given"} for n in range(3)]
        made.receive(said)
        made.define_template("hello", text="Hello")
        yield made


def send(house: House, people: list[int], **more: Any) -> None:
    room, now = house.app.campaigns, house.app.clock.now()
    with house.app.db.begin(COMMAND, now) as work:
        store.keep_audience(work, "b1", BitMap(people))
        house.app.inbound.tell(work, room._sender.send(work, sending(len(people), **more)))
    house.settle()


def test_who_turned_out_to_be_one_with_somebody_gets_it_once(house: House) -> None:
    with house.app.db.read(COMMAND, house.app.clock.now()) as work:
        found = house.app.profiles.found(work, "user_id", ["u0", "u1", "u2"])
    send(house, [found["u1"]])
    house.merge("u0", "u1")
    send(house, sorted(found.values()))
    assert len(house.sent("u0")) == 1
    assert len(house.sent("u2")) == 1


def test_an_audience_without_the_erased_is_handed_on_where_it_was() -> None:
    people, broadcast = BitMap(range(10)), sending(10, handed=5)
    for erased, total in (([2], 10), ([7], 9), ([0, 4, 9], 8)):
        broadcast = without(broadcast, people, BitMap(erased))
        people -= BitMap(erased)
        assert broadcast.total == total
        waiting = people[broadcast.handed - (broadcast.total - len(people)) :]
        assert set(waiting) == set(people) & set(range(5, 10))
        assert broadcast.handed + len(waiting) == broadcast.total


def test_who_is_erased_is_in_no_audience(house: House) -> None:
    room = house.app.campaigns
    with house.app.db.begin(COMMAND, house.app.clock.now()) as work:
        store.save(work, sending(3))
        store.keep_audience(work, "b1", BitMap([1, 2, 3]))
        assert room.hand_out(work, 2) == {"broadcasts": [{"broadcast": "b1", "title": "Spring"}]}
        assert room.erase(work, [2]) == {"broadcast_audiences": 1}
        assert room.erase(work, [2]) == {"broadcast_audiences": 0}
        assert set(store.audience(work, "b1")) == {1, 3}
        assert room.get(work, "b1").total == 2
        room.follow(work, [])
