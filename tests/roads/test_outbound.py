"""The road out: portions, threads, channels that fail in a row or take their time."""

from dataclasses import dataclass, field
from threading import Barrier, Lock
from typing import Any

from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain
from coterie.messaging.model import Delivery, Receipt
from coterie.roads.outbound import ENOUGH, PATIENCE
from coterie.testing import House
from coterie.testing.asking import TESTER
from coterie.testing.channels import MemoryChannel


@dataclass
class Way:
    """A channel that can be told how to behave; it notes how many were under way together."""

    name: str = "email"
    address_trait: str | None = None
    honours_keys: bool = True
    at_once: int = 1
    handed: list[str] = field(default_factory=list)
    error: Exception | None = None
    spends: Any = None
    together: Barrier | None = None

    def __post_init__(self) -> None:
        self._lock = Lock()

    def deliver(self, delivery: Delivery) -> Receipt:
        with self._lock:
            self.handed.append(delivery.key)
        if self.together is not None:
            self.together.wait(10)
        if self.spends is not None:
            self.spends()
        if self.error is not None:
            raise self.error
        return Receipt(delivery.key)


def house_with(way: Way, people: int, **settings: Any) -> House:
    house = House(at="2026-01-05T04:00:00Z", channels={"email": way}, holdout=0, **settings)
    house.define_template("hello", channel="email", subject="Hello", text="Hello")
    node = {"do": "message", "channel": "email", "template": "hello", "touch": "service"}
    house.define_journey(
        "hello",
        {"entry": {"event": "Joined"}, "start": "say", "nodes": {"say": {**node, "then": "end"}}},
    )
    if people:
        send(house, range(people))
    return house


def send(house: House, numbers: range) -> None:
    house.receive(
        [{"type": "track", "userId": f"u{number}", "event": "Joined"} for number in numbers]
    )


def statuses(house: House, people: int) -> list[str]:
    return [one.status for number in range(people) for one in house.sent(f"u{number}")]


def test_so_many_are_under_way_at_once_as_the_channel_allows() -> None:
    way = Way(at_once=4, together=Barrier(4))
    with house_with(way, 8) as house:
        assert statuses(house, 8) == ["sent"] * 8
        assert len(set(way.handed)) == 8


def test_a_channel_that_fails_in_a_row_is_left_alone_for_a_minute() -> None:
    way = Way(error=ChannelError("busy", permanent=False))
    with house_with(way, 20) as house:
        assert len(way.handed) == ENOUGH, "the others were not tried in vain"
        way.error = None
        house.advance(minutes=2)
        assert statuses(house, 20) == ["sent"] * 20
        assert len(way.handed) == 20 + ENOUGH


def test_a_provider_that_asks_for_time_gets_it() -> None:
    way = Way(error=ChannelError("slow down", permanent=False, retry_after=600))
    with house_with(way, 20) as house:
        way.error = None
        house.advance(minutes=9)
        assert set(statuses(house, 20)) == {"queued"}
        house.advance(minutes=2)
        assert statuses(house, 20) == ["sent"] * 20


def test_refusals_of_people_do_not_stop_a_channel() -> None:
    way = Way(error=ChannelError("no such person", permanent=True))
    with house_with(way, 20) as house:
        assert statuses(house, 20) == ["failed"] * 20


def test_a_slow_channel_does_not_keep_the_road() -> None:
    way = Way()
    with house_with(way, 1) as house:
        spent = 0

        def spend() -> None:
            nonlocal spent
            spent += PATIENCE // 2

        way.spends = spend
        house.app.outbound.clock = lambda: spent
        now = house.app.clock.now()
        with house.app.db.begin(TESTER, now) as work:
            house.app.messaging.pause(work, "journey:hello")
        send(house, range(1, 11))
        with house.app.db.begin(TESTER, now) as work:
            house.app.messaging.resume(work, "journey:hello")
        tried = house.app.outbound.run(now)
        assert 1 < tried < 10
        house.settle()
        assert len(way.handed) == len(set(way.handed)), "what was given back had not been tried"


def test_a_channel_with_a_fault_stops_nobody_else_and_names_nobody() -> None:
    way = Way(error=KeyError("ada@example.com"))
    with house_with(way, 1) as house:
        [message] = house.sent("u0")
        assert message.status == "queued"
        with house.app.db.read(TESTER, 0) as work:
            [kept] = house.app.messaging.page(work)
        assert kept.detail == "the channel broke: KeyError"
        assert kept.lost == 1


def test_tries_are_forgiven_when_it_is_sent_once_more() -> None:
    way = Way(error=ChannelError("down", permanent=False))
    with house_with(way, 1) as house:
        house.advance(hours=3)
        assert statuses(house, 1) == ["failed"]
        assert len(way.handed) == 6
        with house.app.db.begin(TESTER, house.app.clock.now()) as work:
            [failure] = house.app.messaging.failures(work)
            assert house.app.messaging.replay(work, failure.cause) == 1
        house.settle()
        assert statuses(house, 1) == ["queued"], "six tries more"
        house.advance(hours=3)
        assert statuses(house, 1) == ["failed"]
        assert len(way.handed) == 12 and len(set(way.handed)) == 1
        facts = [one for one in house.facts() if one.event == "coterie.message.failed"]
        assert len(facts) == 2, "it failed twice"


def test_at_most_once_is_not_sent_again_when_nobody_knows() -> None:
    way = Way(error=Uncertain("broke off"))
    with house_with(way, 0) as house:
        node = {
            "do": "message", "channel": "email", "template": "hello", "touch": "service",
            "delivery": "at_most_once", "then": "end",
        }  # fmt: skip
        entry = {"event": "Ordered"}
        house.define_journey("order", {"entry": entry, "start": "say", "nodes": {"say": node}})
        house.receive([{"type": "track", "userId": "u0", "event": "Ordered"}])
        house.advance(days=1)
        [message] = house.sent("u0")
        assert (message.status, message.reason) == ("failed", "ambiguous")
        assert len(way.handed) == 1


def test_channels_are_hung_up_when_the_house_closes() -> None:
    closed = []

    class Closing(MemoryChannel):
        def close(self) -> None:
            closed.append(self.name)

    with House(channels={"email": Closing("email")}):
        pass
    assert closed == ["email"]
