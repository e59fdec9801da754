from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from channels.stand_in import StandIn, standing_in
from coterie.channels.http import check_signature, read_secret, sign
from coterie.channels.sms import build
from coterie.channels.sms.channel import SmsChannel, number_of
from coterie.channels.sms.segments import Size, measure
from coterie.core.errors import ChannelError, Invalid, NotPermitted
from coterie.messaging.channel import Raw, Told
from coterie.messaging.model import Delivery
from coterie.testing.contracts import ChannelContract

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_767_225_600_000


@pytest.fixture
def gateway() -> Iterator[StandIn]:
    with standing_in("idempotency-key") as server:
        yield server


@pytest.fixture
def channel(gateway: StandIn) -> Iterator[SmsChannel]:
    made = build(
        {
            "sms_url": gateway.url,
            "sms_sender": "Vineyard",
            "secrets": {"sms": SECRET},
            "http_private": True,
        }
    )
    assert made is not None
    yield made
    made.close()


def delivery(text: str = "Hello", **chosen: Any) -> Delivery:
    given = {"address": "13800138000", "subject": "", "unsubscribe": "", "language": "", **chosen}
    return Delivery("m1", "m1", 1, 1, "sms", text=text, at=NOW, **given)


class TestSmsKeepsTheContract(ChannelContract):
    entry_point = "sms"
    address = "+8613800138000"

    @pytest.fixture(autouse=True)
    def _served(self, gateway: StandIn, channel: SmsChannel) -> None:
        self.provider, self._channel = gateway, channel

    def make_channel(self) -> SmsChannel:
        return self._channel


def test_the_provider_is_told_what_it_needs_signed(gateway: StandIn, channel: SmsChannel) -> None:
    gateway.answers.append((200, {}, b'{"id": "sm-77"}'))
    assert channel.deliver(delivery("你好")).provider_id == "sm-77"
    (asked,) = gateway.asked
    assert msgspec.json.decode(asked.body) == {
        "id": "m1", "to": "+8613800138000", "text": "你好", "segments": 1, "from": "Vineyard",
    }  # fmt: skip
    assert check_signature(read_secret(SECRET, ""), asked.headers, asked.body, NOW) == "m1"


@pytest.mark.parametrize(
    ("language", "line"), [("zh", "退订 "), ("en-GB", "Stop: "), ("", "退订/Stop ")]
)
def test_a_way_out_stands_under_what_nobody_asked_for(
    gateway: StandIn, channel: SmsChannel, language: str, line: str
) -> None:
    link = "https://vineyard.example/u/abc"
    channel.deliver(delivery("News", unsubscribe=link, language=language))
    channel.deliver(delivery(f"News {link}", unsubscribe=link, language=language))
    texts = [msgspec.json.decode(each.body)["text"] for each in gateway.asked]
    assert texts == [f"News\n{line}{link}", f"News {link}"]


def test_a_text_of_too_many_segments_is_refused(gateway: StandIn, channel: SmsChannel) -> None:
    channel.deliver(delivery("你" * 670))
    with pytest.raises(ChannelError, match="11 segments") as refusal:
        channel.deliver(delivery("你" * 671))
    assert refusal.value.permanent
    assert len(gateway.asked) == 1


@pytest.mark.parametrize(
    ("text", "alphabet", "segments"),
    [
        ("", "gsm7", 1),
        ("a" * 160, "gsm7", 1),
        ("a" * 161, "gsm7", 2),
        ("a" * 306, "gsm7", 2),
        ("a" * 307, "gsm7", 3),
        ("€" * 80, "gsm7", 1),
        ("a" + "€" * 80, "gsm7", 2),
        ("a" * 152 + "€" + "a" * 7, "gsm7", 2),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 3),  # the € is not cut in two at the seam
        ("ç", "ucs2", 1),
        ("你" * 70, "ucs2", 1),
        ("你" * 71, "ucs2", 2),
        ("你" * 134, "ucs2", 2),
        ("你" * 135, "ucs2", 3),
        ("🍷" * 35, "ucs2", 1),
        ("🍷" * 36, "ucs2", 2),
        ("🍷" * 67, "ucs2", 3),  # 33 to a segment, never half a one
    ],
)
def test_segments_are_counted_as_operators_do(text: str, alphabet: Any, segments: int) -> None:
    assert measure(text) == Size(alphabet, segments)


@pytest.mark.parametrize("address", ["12", "call me", "+0123456789", "1" * 20, "+86;rm"])
def test_what_is_no_number_is_refused(address: str) -> None:
    with pytest.raises(ChannelError) as refusal:
        number_of(address, "86")
    assert refusal.value.permanent


def _callback(body: dict[str, Any], **headers: str) -> Raw:
    raw = msgspec.json.encode(body)
    signed = sign(read_secret(SECRET, ""), "cb1", NOW // 1_000, raw)
    return Raw({**signed, **headers}, raw, NOW)


def test_what_the_provider_tells_later(channel: SmsChannel) -> None:
    assert channel.hear(_callback({"type": "delivered", "id": "m1"})) == [Told("delivered", "m1")]
    failed = {"type": "failed", "id": "m1", "code": "unknown_number"}
    assert channel.hear(_callback(failed)) == [
        Told("bounced", "m1", permanent=True, code="unknown_number")
    ]
    full = {"type": "failed", "id": "m1", "code": "inbox_full", "text": "of +8613800138000"}
    assert channel.hear(_callback(full)) == [
        Told("bounced", "m1", code="inbox_full", detail="of …")
    ]
    reply = {"type": "reply", "from": "+8613800138000", "text": " stop "}
    assert channel.hear(_callback(reply)) == [Told("stopped", address="+8613800138000")]
    assert channel.hear(_callback({**reply, "text": "stop it, that is funny"})) == []
    with pytest.raises(NotPermitted):
        channel.hear(_callback(reply, **{"webhook-id": "another"}))
    with pytest.raises(Invalid):
        channel.hear(_list())


def _list() -> Raw:
    return Raw(sign(read_secret(SECRET, ""), "cb1", NOW // 1_000, b"[]"), b"[]", NOW)


def test_without_a_provider_there_is_no_channel() -> None:
    assert build({}) is None
    for wrong, place in (
        ({"sms_url": "ftp://x"}, "sms_url.url"),
        ({"secrets": {}}, "secrets.sms"),
        ({"sms_country": "x"}, "sms_country"),
        ({"sms_sender": "a" * 21}, "sms_sender"),
    ):
        with pytest.raises(Invalid) as refusal:
            build({"sms_url": "https://sms.example/send", "secrets": {"sms": SECRET}, **wrong})
        assert refusal.value.path == place
