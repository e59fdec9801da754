"""Addresses that reach nobody, and people who complain: what the house makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.testclient import TestClient

from coterie.core.actor import CLOCK
from coterie.core.errors import NotPermitted
from coterie.messaging.channel import Raw, Told, Undeliverable
from coterie.messaging.model import Delivery, Receipt
from coterie.roads.answering.store import callback_rows
from coterie.testing import House
from coterie.web.server import create_app


@dataclass
class Post:
    """A provider with an opinion of addresses, which answers later too."""

    name: str = "email"
    address_trait: str | None = "email"
    honours_keys: bool = True
    dead: set[str] = field(default_factory=set)
    sent: list[Delivery] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def deliver(self, delivery: Delivery) -> Receipt:
        if delivery.address in self.dead:
            raise Undeliverable(f"no such {delivery.address}", status="5.1.1")
        self.sent.append(delivery)
        return Receipt(delivery.key)

    def hear(self, raw: Raw) -> list[Told]:
        if raw.headers.get("authorization") != "Bearer hush":
            raise NotPermitted("who are you?")
        return self.told


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def house(post: Post) -> Iterator[House]:
    with House(at="2026-01-05T04:00:00Z", channels={"email": post}, holdout=0) as made:
        made.define_template("hello", channel="email", subject="Hello", text="Hello")
        made.define_journey(
            "hello",
            {
                "entry": {"event": "Joined"},
                "reentry": "after_exit",
                "start": "say",
                "nodes": {
                    "say": {"do": "message", "channel": "email", "template": "hello",
                            "touch": "informational", "then": "end"},
                },
            },
        )  # fmt: skip
        know(made, "ada@example.com")
        yield made


def know(house: House, address: str) -> None:
    house.receive([{"type": "identify", "userId": "ada", "traits": {"email": address}}])
    house.consent("ada")


def join(house: House) -> None:
    house.advance(minutes=1)
    house.receive([{"type": "track", "userId": "ada", "event": "Joined"}])


def fates(house: House) -> list[tuple[str, str | None]]:
    return [(one.status, one.reason) for one in house.sent("ada")]


def tell(house: House, body: bytes = b"1", secret: str = "Bearer hush") -> tuple[int, object]:
    browser = TestClient(create_app(house.app), base_url="http://127.0.0.1")
    answer = browser.post("/callbacks/email", content=body, headers={"authorization": secret})
    house.settle()
    return answer.status_code, answer.json()


def told_of(house: House, *names: str) -> list[str]:
    wanted = {f"coterie.message.{name}" for name in names}
    return [fact.event for fact in house.facts() if fact.event in wanted]


def test_a_dead_address_is_not_written_to_again_until_she_gives_another(
    house: House, post: Post
) -> None:
    post.dead.add("ada@example.com")
    join(house)
    house.advance(hours=1)
    join(house)
    assert fates(house) == [("failed", "rejected"), ("held", "bounced")]
    assert "email_undeliverable" in house.traits("ada")
    assert told_of(house, "bounced") == ["coterie.message.bounced"]
    house.advance(days=1)
    know(house, "ada@example.com")
    join(house)
    assert fates(house)[-1] == ("held", "bounced"), "the same address is as dead as before"
    house.advance(hours=1)
    know(house, "ada@new.example.com")
    join(house)
    assert fates(house)[-1] == ("sent", None)
    assert [one.address for one in post.sent] == ["ada@new.example.com"]


def test_a_letter_that_comes_back_later_marks_the_address(house: House, post: Post) -> None:
    join(house)
    [sent] = post.sent
    post.told = [Told("bounced", sent.key, permanent=True, code="5.1.1", detail="unknown")]
    assert tell(house) == (200, {"told": 1, "unknown": 0, "seen": False})
    house.advance(hours=1)
    join(house)
    assert fates(house) == [("sent", None), ("held", "bounced")]
    with house.app.db.read(CLOCK, 0) as work:
        [answer] = house.app.messaging.answers_of(work, sent.key)
    assert (answer.kind, answer.code, answer.detail) == ("bounced", "5.1.1", "unknown")


def test_a_full_mailbox_is_no_dead_one(house: House, post: Post) -> None:
    join(house)
    post.told = [Told("bounced", post.sent[0].key, code="5.2.2")]
    tell(house)
    join(house)
    assert fates(house) == [("sent", None), ("sent", None)]
    assert told_of(house, "bounced") == ["coterie.message.bounced"]


@pytest.mark.parametrize("kind", ["complained", "stopped"])
def test_a_complaint_withdraws_her_consent_with_a_proof(
    house: House, post: Post, kind: str
) -> None:
    join(house)
    key = post.sent[0].key
    post.told = [Told("complained", key, code="abuse")]
    if kind == "stopped":
        post.told = [Told("stopped", address="ada@example.com")]
    tell(house)
    join(house)
    assert fates(house) == [("sent", None), ("held", "no_consent")]
    with house.app.db.read(CLOCK, house.app.clock.now()) as work:
        profile = house.app.profiles.find(work, "user_id", "ada")
        assert profile is not None
        words = house.app.profiles.consent_words(work, profile)
    word = next(one for one in words if one.channel == "email")
    assert (word.given, word.source) == (False, "complaint")
    assert word.wording
    if kind == "complained":
        assert word.evidence == f"message {key}"
        assert told_of(house, "complained") == ["coterie.message.complained"]


def test_the_same_callback_counts_once_and_a_strangers_not_at_all(house: House, post: Post) -> None:
    join(house)
    key = post.sent[0].key
    post.told = [Told("delivered", key), Told("delivered", "f" * 32), Told("bounced", "nonsense")]
    assert tell(house, secret="Bearer guess")[0] == 403
    assert tell(house) == (200, {"told": 3, "unknown": 2, "seen": False})
    assert tell(house) == (200, {"told": 3, "unknown": 0, "seen": True})
    assert tell(house, body=b"2") == (200, {"told": 3, "unknown": 2, "seen": False})
    assert told_of(house, "delivered", "bounced") == ["coterie.message.delivered"]


def test_a_callback_is_kept_without_addresses_and_forgotten(house: House, post: Post) -> None:
    tell(house, body=b'{"to": "ada@example.com", "call": "+86 138 0013 8000", "code": 7}')
    with house.app.db.read(CLOCK, 0) as work:
        [row] = work.connection.execute(callback_rows.select()).all()
    said = row.body.decode()
    assert "example.com" not in said and "138" not in said
    assert '"code": 7' in said
    house.advance(days=91)
    house.app.tidy(house.app.clock.now())
    with house.app.db.read(CLOCK, 0) as work:
        assert work.connection.execute(callback_rows.select()).all() == []
