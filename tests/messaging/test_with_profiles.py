"""Messaging on the real profiles: zone, address and consent as events told them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Message, Outcome, Template
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from coterie.testing.channels import MemoryChannel
from messaging.conftest import ZONE, at, request


class House:
    """Profiles and messaging over one database; ``now`` is moved by hand."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.profiles = Profiles(bytes(range(32)), ZONE)
        self.email = MemoryChannel("email", "email")
        self.room = Messaging(self.profiles, GateSettings(), {"email": self.email}, ZONE)
        self.now = at(10, 12)
        self._told = 0

    def tell(self, name: str, kind: str = "track", user: str = "u1", **said: Any) -> int:
        """Carry one event of somebody to the profiles; return whose it is."""
        self._told += 1
        event = Event(
            id=f"e{self._told}",
            type=kind,
            name=name,
            time=self.now,
            received=self.now,
            source="test",
            user_id=user,
            **said,
        )
        with self.database.begin(CLOCK, self.now) as work:
            (known,) = self.profiles.recognise(work, [event])
            self.profiles.learn(work, [known])
        return known.profile

    def send(self, profile: int, key: str) -> Message:
        with self.database.begin(CLOCK, self.now) as work:
            (message,) = self.room.send(work, [request(profile, key)]).messages
        return message

    def deliver(self) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            leased = self.room.lease(work, 10)
            outcomes = [Outcome.sent(d, self.email.deliver(d)) for d in leased.deliveries]
            self.room.settle(work, outcomes)

    def of(self, profile: int) -> list[Message]:
        with self.database.read(CLOCK, self.now) as work:
            return self.room.of_person(work, profile)


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    metadata.create_all(database.engine)
    made = House(database)
    with database.begin(CLOCK, made.now) as work:
        text = "{{ profile.firstName }} from {{ traits.city }}"
        made.room.define_template(work, Template("hello", text))
    yield made
    with database.begin(CLOCK, made.now) as work:
        for table in metadata.sorted_tables[::-1]:
            work.connection.execute(table.delete())


def test_a_person_is_reached_as_her_events_allow(house: House) -> None:
    traits = {
        "email": "ada@example.com",
        "timezone": "Europe/Berlin",
        "city": "Turin",
        "firstName": "Ada",
    }
    ada = house.tell("coterie.identified", "identify", traits=traits)
    assert house.send(ada, "a").reason == "no_consent"
    house.tell("Consent Given", properties={"channel": "email"})

    house.now = at(11, 6)  # 23:00 of the tenth in Berlin
    waiting = house.send(ada, "b")
    assert (waiting.status, waiting.due) == ("queued", at(11, 15))
    house.now = at(11, 15)
    house.deliver()
    (delivery,) = house.email.delivered.values()
    assert (delivery.address, delivery.text) == ("ada@example.com", "Ada from Turin")
    assert [(m.status, m.text) for m in house.of(ada)] == [
        ("held", ""),
        ("sent", "Ada from Turin"),
    ]

    house.send(ada, "c")
    house.now += 1
    house.tell("Consent Withdrawn", properties={"channel": "email"})
    house.deliver()
    assert len(house.email.delivered) == 1
    assert house.of(ada)[-1].reason == "no_consent"


def test_what_is_asked_of_many_at_once_is_what_is_asked_of_each(house: House) -> None:
    everybody = []
    for number in range(9):
        user, zone = f"u{number}", ("Europe/Berlin", "Asia/Tokyo", None)[number % 3]
        traits = {"email": f"{user}@example.com" if number % 2 else None, "timezone": zone,
                  "card": {"phone": "+8613800000000"} if number == 4 else None}  # fmt: skip
        everybody.append(house.tell("coterie.identified", "identify", user, traits=traits))
        for given in ("Given", "Withdrawn", "Given")[: number % 4]:
            house.now += 1
            house.tell(f"Consent {given}", user=user, properties={"channel": "email"})
        if number in (2, 7):
            house.tell("Consent Withdrawn", user=user, properties={"purpose": "personalisation"})
        if number == 7:
            house.tell("Consent Withdrawn", user=user, properties={"channel": "*"})
    house.tell("coterie.identified", "identify", "u3", traits={"email": None})
    profiles, asked = house.profiles, np.array([*everybody, 99], np.int32)
    with house.database.begin(CLOCK, house.now) as work:
        known = profiles.known(work, everybody)
        assert set(profiles.people_among(work, asked)) == known.keys()
        assert set(profiles.agreeing(work, asked, "marketing", "email")) == profiles.consenting(
            work, everybody, "marketing", "email"
        )
        plain = profiles.not_personalised(work, everybody)
        assert set(profiles.plain_among(work, asked)) == plain != set()
        found = profiles.traits_among(work, asked, ["email", "phone", "timezone"])
        for trait in ("email", "phone"):
            having = {one for name, _, who in found if name == trait for one in who}
            assert having == profiles.reveal(work, everybody, trait).keys()
        zones = {one: value for name, value, who in found if name == "timezone" for one in who}
        assert zones == {
            one: person.traits["timezone"] for one, person in known.items() if one in zones
        }
        assert len(zones) == 6
        keys = profiles.buckets_among(work, asked)
        assert {one: keys[one] for one in everybody} == {
            one: person.bucket_key for one, person in known.items()
        }


def test_without_an_address_there_is_no_way(house: House) -> None:
    profile = house.tell("Consent Given", properties={})
    assert house.send(profile, "a").reason == "no_address"


@pytest.mark.parametrize(
    "text",
    [
        "{{ profile.firstName }} of {{ traits['city'] }}, {{ profile.tags | join: ' ' }}",
        "{% for one in traits %}{{ one[0] }}={{ one[1] }} {% endfor %}",
        "{{ traits.size }} {{ profile.last | join: ' ' }}",
        "{% assign her = profile %}{{ her.city }} {{ her.firstName }} {{ profile.email }}",
        "{{ [brand.where].city }} {{ traits[brand.what] }}",
        "{{ traits.address.street }} {{ traits.club.name }}",
    ],
)
def test_a_text_is_sent_as_it_was_shown_whatever_it_looks_at(house: House, text: str) -> None:
    house.room = Messaging(
        house.profiles, GateSettings(), {"email": house.email}, ZONE,
        {"where": "traits", "what": "city"},
    )  # fmt: skip
    traits = {
        "email": "ada@example.com", "firstName": "Ada", "city": "Turin", "club": {"name": "Nord"},
        "address": {"street": "Via Po 1"}, "visits": 3,
    }  # fmt: skip
    ada = house.tell("coterie.identified", "identify", traits=traits)
    eve = house.tell("coterie.identified", "identify", "u2", traits=traits)
    for user in ("u1", "u2"):
        house.tell("Consent Given", user=user, properties={"channel": "email"})
    with house.database.begin(CLOCK, house.now) as work:
        house.room.define_template(work, Template("looks", text))
        (shown,) = house.room.preview(work, [request(ada, "a", template="looks")])
        (filled,) = house.room.fill_in(work, house.room.template(work, "looks"), [ada], {})
        asked = [request(ada, "a", template="looks"), request(eve, "b")]
        house.room.send(work, asked)
    house.deliver()
    said = {delivery.profile: delivery.text for delivery in house.email.delivered.values()}
    assert said == {ada: shown.text, eve: "Ada from Turin"}
    assert filled.content is not None
    assert filled.content.text == shown.text
