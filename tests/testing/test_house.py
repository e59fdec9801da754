"""The house of tests itself: its clock, its folder, its channels, and what it refuses."""

import datetime
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text

from coterie.core.clock import DAY
from coterie.core.errors import ChannelError, Conflict, Invalid, NotFound
from coterie.messaging.model import Delivery, Receipt
from coterie.testing import House
from coterie.testing.channels import MemoryChannel
from coterie.testing.clock import FakeClock
from coterie.testing.contracts import ChannelContract
from coterie.testing.postgres import PostgresServer

READ = {"type": "track", "userId": "ada", "event": "Article Read"}
UTC = datetime.UTC


def test_the_example_of_its_docstring() -> None:
    with House(at="2026-01-01T00:00:00Z", zone="Asia/Shanghai") as house:
        house.receive([{"type": "track", "userId": "u1", "event": "Article Read"}])
        house.define_segment("readers", {"did": "Article Read", "within": "30d"})
        assert house.members("readers") == {"u1"}
        house.advance(days=31)
        assert house.members("readers") == set()


def test_it_starts_where_it_is_told_in_the_zone_it_is_told() -> None:
    with House(at="2026-03-01 08:00", zone="Europe/Rome", holdout=0, brand="Zhiwei") as house:
        assert house.now == datetime.datetime(2026, 3, 1, 7, tzinfo=UTC)
        assert house.app.zone == ZoneInfo("Europe/Rome")
        assert (house.app.settings.holdout, house.app.settings.brand) == (0, "Zhiwei")
        house.advance(hours=1, minutes=30)
        assert house.now == datetime.datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
        house.advance_to("2026-03-02")
        assert house.now == datetime.datetime(2026, 3, 1, 23, tzinfo=UTC)
        house.advance_to("2026-03-02")
        with pytest.raises(Invalid, match="in the past"):
            house.advance_to("2026-03-01T23:59")


def test_a_folder_of_its_own_is_gone_afterwards_and_a_given_one_stays(tmp_path: Path) -> None:
    with House() as house:
        folder = house.app.settings.data
        assert folder.is_dir()
    assert not folder.exists()
    with House(path=tmp_path / "kept") as house:
        house.receive([READ])
        house.advance(days=3)
        stood_at = house.now
    with House(path=tmp_path / "kept") as house:
        assert len(house.events("ada")) == 1
        assert house.now == stood_at, "it goes on where it stood"
    with pytest.raises(Conflict):
        House(path=tmp_path / "kept", zone="Europe/Rome")


def test_a_house_that_cannot_open_leaves_no_folder(tmp_path: Path) -> None:
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path)
    try:
        with pytest.raises(ValueError, match="holdout"):
            House(holdout=101)
        with pytest.raises(Invalid):
            House(zone="Mars/Base")
        with pytest.raises(Invalid):
            House(at="yesterday")
    finally:
        tempfile.tempdir = before
    assert list(tmp_path.iterdir()) == []


def test_time_brings_things_in_their_order() -> None:
    with House(at="2026-01-01T04:00:00Z", holdout=0) as house:
        house.define_template("hello", text="Hello")
        house.define_journey(
            "welcome",
            {
                "entry": {"event": "Article Read"},
                "start": "pause",
                "nodes": {
                    "pause": {"do": "wait", "for": "2d", "then": "say"},
                    "say": {"do": "message", "channel": "sms", "template": "hello",
                            "touch": "service", "then": "end"},
                },
            },
        )  # fmt: skip
        house.receive([READ])
        house.advance(days=30)
        (sent,) = house.sent("ada")
        assert (sent.status, sent.text, sent.journey, sent.node) == (
            "sent", "Hello", "welcome", "say",
        )  # fmt: skip
        assert sent.at == datetime.datetime(2026, 1, 3, 4, tzinfo=UTC)
        (run,) = house.runs("welcome")
        assert (run.person, run.status, run.visits) == ("ada", "ended", {"pause": 1, "say": 1})
        names = [fact.event for fact in house.facts()]
        assert names.index("coterie.journey.entered") < names.index("coterie.message.sent")


def test_what_is_refused_is_raised_unless_one_asks_for_it() -> None:
    with House() as house:
        with pytest.raises(Invalid) as caught:
            house.receive([READ, {"type": "track", "userId": "ada"}])
        assert (caught.value.path, caught.value.code) == ("[1]", "no_event")
        answer = house.receive([READ, {"type": "dance", "userId": "ada"}], strict=False)
        assert (answer.accepted, answer.refused[0].code) == (1, "unknown_type")
        assert len(house.events("ada")) == 2


def test_what_is_not_there_is_told() -> None:
    with House() as house:
        assert house.traits("nobody") == {}
        assert house.events("nobody") == house.sent("nobody") == []
        for ask in (
            lambda: house.score("nobody", "activity"),
            lambda: house.tags("nobody"),
            lambda: house.tag("nobody", "vip"),
            lambda: house.members("nosuch"),
            lambda: house.redefine_segment("nosuch", {"everyone": True}),
            lambda: house.retag("nosuch", []),
        ):
            with pytest.raises(NotFound):
                ask()


def test_tags_traits_scores_and_ids_of_a_person() -> None:
    with House() as house:
        house.receive([{"type": "track", "anonymousId": "cookie", "event": "Article Read"}])
        assert len(house.events("cookie")) == 1
        house.alias("cookie", "ada")
        house.receive([{"type": "identify", "userId": "ada", "traits": {"city": "Torino"}}])
        house.tag("ada", "vip")
        house.tag("ada", "early")
        house.untag("ada", "early")
        assert house.tags("ada") == {"vip"}
        assert house.traits("ada") == {"city": "Torino"}
        first = house.score("ada", "activity")
        house.advance(days=14)
        assert house.score("ada", "activity") == pytest.approx(first / 2, rel=1e-5)


def test_a_channel_can_be_made_to_fail_and_another_be_put_in_its_place() -> None:
    mine = MemoryChannel("pigeons", address_trait="email")
    with House(channels={"pigeons": mine}, holdout=0) as house:
        house.define_template("hello", text="Hello {{ traits.city }}")
        node = {"do": "message", "template": "hello", "touch": "service", "then": "end"}
        for name in ("sms", "pigeons"):
            entry = {"entry": {"event": "Article Read"}, "start": "say"}
            nodes = {"say": {**node, "channel": name}}
            house.define_journey(f"by-{name}", {**entry, "nodes": nodes})
        house.receive([{"type": "identify", "userId": "ada", "traits": {"email": "ada@x.org"}}])
        house.fail_channel("sms", 1, permanent=True)
        house.receive([READ])
        house.advance(days=1)
        became = {one.channel: one.status for one in house.sent("ada")}
        assert became == {"sms": "failed", "pigeons": "sent"}
        (delivery,) = mine.delivered.values()
        assert delivery.address == "ada@x.org"


def test_it_stands_on_postgresql_as_well(postgres_server: PostgresServer) -> None:
    url = postgres_server.new_database()
    with House(store="postgresql", database=url) as house:
        assert house.app.db.dialect == "postgresql"
        house.receive([READ])
        house.define_segment("readers", {"did": "Article Read"})
        assert house.members("readers") == {"ada"}
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM instance")).scalar() == 4
    engine.dispose()


def test_databases_of_one_server_do_not_know_each_other(postgres_server: PostgresServer) -> None:
    first, second = postgres_server.new_database(), postgres_server.new_database()
    assert first != second
    engine = create_engine(first)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mine (id int)"))
    engine.dispose()
    engine = create_engine(second)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT to_regclass('mine')")).scalar() is None
    engine.dispose()


def test_a_clock_moves_forward_only() -> None:
    clock = FakeClock(5)
    clock.set(5)
    clock.set(DAY)
    assert clock.now() == DAY
    with pytest.raises(Invalid):
        clock.set(DAY - 1)


# --- the contract that strangers' channels inherit catches what breaks it


class Forgetful(MemoryChannel):
    """Breaks the law: the same key is sent anew."""

    def deliver(self, delivery: Delivery) -> Receipt:
        self.delivered.clear()
        receipt = super().deliver(delivery)
        return Receipt(f"{receipt.provider_id}#{self.attempts}", receipt.status)


class Undecided(MemoryChannel):
    """Breaks the law: says "later" to what can never be sent."""

    def deliver(self, delivery: Delivery) -> Receipt:
        if "\n" in delivery.subject:
            raise ChannelError("try again later", permanent=False)
        return super().deliver(delivery)


def contract(channel: MemoryChannel) -> ChannelContract:
    class Tested(ChannelContract):
        entry_point = "pigeons"

        def make_channel(self) -> MemoryChannel:
            return channel

    return Tested()


def test_the_contract_lets_a_good_channel_through() -> None:
    good = contract(MemoryChannel("pigeons"))
    for name in dir(ChannelContract):
        if name.startswith("test_"):
            getattr(good, name)()


def test_the_contract_catches_a_channel_that_breaks_it() -> None:
    with pytest.raises(AssertionError):
        contract(Forgetful("pigeons")).test_the_same_key_is_the_same_message()
    with pytest.raises(AssertionError, match="refused for good"):
        contract(Undecided("pigeons")).test_hostile_values_do_no_harm()
    with pytest.raises(Invalid):
        contract(MemoryChannel("doves")).test_it_comes_through_the_door()
    with pytest.raises(TypeError, match="must say how"):
        ChannelContract().make_channel()
