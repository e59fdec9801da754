"""What goes to programs and phones: the whole way, from what she did to what a provider got."""

from collections.abc import Iterator

import msgspec
import pytest

from channels.stand_in import StandIn, standing_in
from coterie.channels.http import check_signature, read_secret
from coterie.channels.sms import build as build_sms
from coterie.channels.webhook import build as build_webhook
from coterie.testing import House

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = {"webhook": SECRET, "sms": SECRET, "erp": "Bearer s3cret"}


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with standing_in() as server:
        yield server


def test_the_erp_is_told_of_an_order_once_though_it_was_away(provider: StandIn) -> None:
    webhook = build_webhook({"secrets": SECRETS, "http_private": True})
    assert webhook is not None
    with House(at="2026-01-05T15:30:00Z", channels={"webhook": webhook}) as house:
        house.define_template(
            "tell", channel="webhook", text='{"order": "{{ event.properties.order_id }}"}'
        )
        house.define_journey(
            "orders",
            {
                "entry": {"event": "Order Completed"},
                "key": "order_id",
                "start": "tell",
                "nodes": {
                    "tell": {"do": "webhook", "url": provider.url, "template": "tell",
                             "headers": {"Authorization": "erp"}, "then": "end"},
                },
            },
        )  # fmt: skip
        provider.answers.append((503, {"Retry-After": "300"}, b""))
        order = {"order_id": "o-7"}
        house.receive(
            [{"type": "track", "userId": "ada", "event": "Order Completed", "properties": order}]
        )
        house.advance(minutes=4)
        assert len(provider.asked) == 1, "it asked for five minutes"
        house.advance(minutes=2)
        first, second = provider.asked
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert second.headers["authorization"] == "Bearer s3cret"
        assert msgspec.json.decode(second.body)["data"] == {"order": "o-7"}
        now = house.app.clock.now()
        check_signature(read_secret(SECRET, ""), second.headers, second.body, now)
        [message] = house.sent("ada")
        assert message.status == "sent", "without consent and by night: no person is disturbed"


def test_a_text_reaches_her_phone_with_a_way_out(provider: StandIn) -> None:
    sms = build_sms({"sms_url": provider.url, "secrets": SECRETS, "http_private": True})
    assert sms is not None
    with House(at="2026-01-05T04:00:00Z", channels={"sms": sms}, holdout=0) as house:
        house.define_template("hi", channel="sms", text="Ciao {{ profile.firstName }}")
        node = {"do": "message", "channel": "sms", "template": "hi", "touch": "informational"}
        house.define_journey(
            "hi",
            {
                "entry": {"event": "Joined"},
                "reentry": "after_exit",
                "start": "say",
                "nodes": {"say": {**node, "then": "end"}},
            },
        )
        traits = {"phone": "13800138000", "firstName": "Ada"}
        house.receive([{"type": "identify", "userId": "ada", "traits": traits}])
        house.consent("ada")
        house.receive([{"type": "track", "userId": "ada", "event": "Joined"}])
        [asked] = provider.asked
        said = msgspec.json.decode(asked.body)
        assert said["to"] == "+8613800138000"
        assert said["text"].startswith("Ciao Ada\n") and "/u/" in said["text"]
