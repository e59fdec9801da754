from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from hmac import digest
from ipaddress import ip_address
from typing import Any

import msgspec
import pytest

from channels.stand_in import StandIn
from coterie.channels.http import check_signature, is_public, retry_after, sign
from coterie.channels.webhook import build
from coterie.channels.webhook.channel import WebhookChannel
from coterie.core.errors import ChannelError, Invalid, NotPermitted
from coterie.messaging.channel import Uncertain
from coterie.messaging.model import Delivery, Post
from coterie.messaging.posting import check_post
from coterie.testing.contracts import ChannelContract

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_767_225_600_000


@pytest.fixture
def channel() -> Iterator[WebhookChannel]:
    made = WebhookChannel({"webhook": SECRET, "erp": "Bearer s3cret"}, private=True, timeout=5)
    yield made
    made.close()


def delivery(url: str, text: str = "{}", **post: Any) -> Delivery:
    return Delivery("m1", "m1", 1, 1, "webhook", None, "", text, NOW, post=Post(url, **post))


class TestWebhooksKeepTheContract(ChannelContract):
    entry_point = "webhook"
    address = None

    @pytest.fixture(autouse=True)
    def _served(self, stand_in: StandIn, channel: WebhookChannel) -> None:
        self.provider, self.post, self._channel = stand_in, Post(stand_in.url), channel

    def make_channel(self) -> WebhookChannel:
        return self._channel


def test_it_is_signed_as_standard_webhooks_are(stand_in: StandIn, channel: WebhookChannel) -> None:
    text = '{"order": 7, "name": "陈"}'
    channel.deliver(delivery(stand_in.url, text, type="order.paid"))
    (asked,) = stand_in.asked
    assert msgspec.json.decode(asked.body) == {
        "type": "order.paid",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "data": {"order": 7, "name": "陈"},
    }
    key, moment = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    assert (key, moment) == ("m1", str(NOW // 1_000))
    secret = b64decode(SECRET.removeprefix("whsec_"))
    by_hand = digest(secret, f"{key}.{moment}.".encode() + asked.body, sha256)
    assert asked.headers["webhook-signature"] == f"v1,{b64encode(by_hand).decode()}"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["host"] == stand_in.url.split("/")[2]


def test_the_published_vector() -> None:
    # from the specification's reference libraries
    headers = sign(
        b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signature_is_checked_and_grows_old() -> None:
    key = b64decode(SECRET.removeprefix("whsec_"))
    headers = sign(key, "m1", NOW // 1_000, b"{}")
    assert check_signature(key, headers, b"{}", NOW) == "m1"
    rotated = {**headers, "webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
    assert check_signature(key, rotated, b"{}", NOW) == "m1"
    for body, now, given in (
        (b"{ }", NOW, headers),
        (b"{}", NOW + 301_000, headers),
        (b"{}", NOW - 301_000, headers),
        (b"{}", NOW, {**headers, "webhook-id": "m2"}),
        (b"{}", NOW, {**headers, "webhook-signature": headers["webhook-signature"][3:]}),
        (b"{}", NOW, {}),
    ):
        with pytest.raises(NotPermitted):
            check_signature(key, given, body, now)


def test_a_header_takes_a_secret_by_its_name(stand_in: StandIn, channel: WebhookChannel) -> None:
    channel.deliver(delivery(stand_in.url, headers={"Authorization": "erp"}))
    assert stand_in.asked[0].headers["authorization"] == "Bearer s3cret"
    with pytest.raises(ChannelError, match="no secret 'crm'") as refusal:
        channel.deliver(delivery(stand_in.url, headers={"Authorization": "crm"}))
    assert not refusal.value.permanent, "ours to put right"
    assert len(stand_in.asked) == 1


def test_text_that_is_no_object_is_sent_as_text(stand_in: StandIn, channel: WebhookChannel) -> None:
    channel.deliver(delivery(stand_in.url, "Hello"))
    data = msgspec.json.decode(stand_in.asked[0].body)["data"]
    assert data == {"subject": "", "text": "Hello"}
    with pytest.raises(ChannelError, match="begins like JSON") as refusal:
        channel.deliver(delivery(stand_in.url, '{"a": '))
    assert refusal.value.permanent


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "wait"),
    [
        (410, {}, True, None),
        (404, {}, True, None),
        (422, {}, True, None),
        (301, {"Location": "http://127.0.0.1/"}, True, None),
        (429, {"Retry-After": "120"}, False, 120.0),
        (503, {"Retry-After": "Thu, 01 Jan 2026 00:01:00 GMT"}, False, 60.0),
        (500, {}, False, None),
        (401, {}, False, None),
        (408, {}, False, None),
    ],
)
def test_what_an_answer_means(
    stand_in: StandIn,
    channel: WebhookChannel,
    status: int,
    headers: dict[str, str],
    permanent: bool,
    wait: float | None,
) -> None:
    stand_in.answers.append((status, headers, b""))
    with pytest.raises(ChannelError, match=str(status)) as refusal:
        channel.deliver(delivery(stand_in.url))
    assert (refusal.value.permanent, refusal.value.retry_after) == (permanent, wait)
    assert not isinstance(refusal.value, Uncertain)
    assert len(stand_in.asked) == 1, "no redirect was followed"


def test_many_go_over_one_connection(stand_in: StandIn, channel: WebhookChannel) -> None:
    for _ in range(5):
        channel.deliver(delivery(stand_in.url))
    assert stand_in.connections == 1


def test_a_long_answer_is_not_read_to_its_end(stand_in: StandIn, channel: WebhookChannel) -> None:
    stand_in.answers.append((200, {}, b"x" * 5_000_000))
    assert channel.deliver(delivery(stand_in.url)).provider_id == "m1"


def test_our_own_network_is_not_reached(stand_in: StandIn) -> None:
    careful = WebhookChannel({"webhook": SECRET})
    for url in (
        stand_in.url.replace("http:", "https:"),
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://0.0.0.0/",
        "https://10.1.2.3/",
        stand_in.url,
    ):
        with pytest.raises(ChannelError, match=r"private network|https only") as refusal:
            careful.deliver(delivery(url))
        assert refusal.value.permanent
    assert stand_in.asked == []
    careful.close()


def test_what_is_public() -> None:
    assert is_public(ip_address("8.8.8.8")) and is_public(ip_address("2606:4700::1111"))
    for there in ("100.64.0.1", "192.168.0.1", "fd00::1", "fe80::1", "2002:7f00:1::", "224.0.0.1"):
        assert not is_public(ip_address(there)), there


def test_a_wait_is_never_longer_than_a_day() -> None:
    assert retry_after("999999999", NOW) == 86_400
    assert retry_after("Thu, 01 Jan 2025 00:00:00 GMT", NOW) == 0


@pytest.mark.parametrize(
    ("post", "place"),
    [
        (Post("ftp://example.com"), "url"),
        (Post("https://"), "url"),
        (Post("https://a:b@example.com"), "url"),
        (Post("https://example.com/\r\nX: y"), "url"),
        (Post("https://example.com", {"Host": "erp"}), "headers.Host"),
        (Post("https://example.com", {"webhook-id": "erp"}), "headers.webhook-id"),
        (Post("https://example.com", {"X Y": "erp"}), "headers.X Y"),
        (Post("https://example.com", {"Authorization": "Bearer abc"}), "headers.Authorization"),
        (Post("https://example.com", type="a b"), ""),
    ],
)
def test_a_wrong_post_is_refused_where_it_is_wrong(post: Post, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_post(post)
    assert refusal.value.path == place


def test_without_a_secret_there_is_no_channel() -> None:
    assert build({}) is None
    with pytest.raises(Invalid, match="no signing secret"):
        build({"secrets": {"webhook": "hunter2"}})
    built = build({"secrets": {"webhook": SECRET}})
    assert built is not None and built.honours_keys
    built.close()
