"""The wire format: reference numbers are those of the Segment HTTP API's conformance list."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, MINUTE, SECOND, parse_time, zone
from coterie.core.errors import CoterieError, Invalid
from coterie.core.event import Event
from coterie.events.calls import SINGLE_CALLS
from coterie.events.errors import TooLarge
from coterie.events.model import Envelope, Read
from coterie.events.wire import CALLS, body_key, inflate, read_body

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""


def read(call: str, body: Any, *, backfill: bool = False, now: int = NOW) -> Read:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_body(call, raw, Envelope("shop", now, backfill=backfill), now)


def one(call: str, body: Any, **options: Any) -> Event:
    found = read(call, body, **options)
    assert found.refused == []
    [event] = found.events
    return event


def refusal(call: str, body: Any) -> tuple[str, str]:
    found = read(call, body)
    assert found.events == []
    [refused] = found.refused
    return refused.code, refused.path


def fault(call: str, body: Any) -> str:
    with pytest.raises(Invalid) as caught:
        read(call, body)
    return caught.value.code


def track(**fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Wine Opened", "userId": "u1", **fields}


def test_track_becomes_an_event_with_its_own_name():
    event = one("track", track(messageId=" m1 ", properties={"sku": "b"}, anonymousId="a1"))
    assert (event.id, event.type, event.name, event.source) == (
        "m1",
        "track",
        "Wine Opened",
        "shop",
    )
    assert (event.user_id, event.anonymous_id, event.profile) == ("u1", "a1", 0)
    assert event.properties == {"sku": "b"}
    assert (event.time, event.received) == (NOW, NOW)


@pytest.mark.parametrize(("call", "name"), [("page", "Page Viewed"), ("screen", "Screen Viewed")])
def test_page_and_screen_keep_name_and_category_in_their_properties(call: str, name: str):
    body = {"anonymousId": "a", "name": "Home", "category": "Shop", "properties": {"url": "/"}}
    event = one(call, body)
    assert (event.name, event.type) == (name, call)
    assert event.properties == {"url": "/", "name": "Home", "category": "Shop"}


def test_identify_carries_traits():
    event = one("identify", {"userId": "u", "traits": {"tier": "gold"}})
    assert (event.name, event.traits) == ("coterie.identified", {"tier": "gold"})


def test_traits_of_a_group_are_no_persons_traits():
    event = one("group", {"userId": "u", "groupId": 7, "traits": {"size": 3}})
    assert event.name == "coterie.grouped"
    assert event.properties == {"groupId": "7", "traits": {"size": 3}}
    assert event.traits == {}


def test_alias_names_both_identities():
    event = one("alias", {"userId": "u", "previousId": "a"})
    assert (event.name, event.user_id, event.previous_id) == ("coterie.aliased", "u", "a")


def test_a_single_call_is_what_its_address_says():
    assert one("track", {"type": "page", "event": "X", "userId": "u"}).type == "track"


def test_a_missing_message_id_is_replaced_by_a_fresh_one():
    first, second = one("track", track()), one("track", track(messageId="  "))
    assert first.id and second.id and first.id != second.id


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [
        (157963456373623802, "157963456373623802"),
        (0, "0"),
        (7.0, "7"),
        (1.5, "1.5"),
        ("  u1 ", "u1"),
    ],
)
def test_ids_are_text(given_id: Any, expected: str):
    assert one("track", track(userId=given_id)).user_id == expected


def test_null_is_absent():
    event = one("track", track(anonymousId=None, properties=None, context=None, timestamp=None))
    assert event.anonymous_id is None
    assert (event.properties, event.context, event.time) == ({}, {}, NOW)


@pytest.mark.parametrize(
    ("call", "body", "code", "path"),
    [
        ("track", {"event": "X"}, "no_ids", ""),
        ("track", {"event": "X", "userId": None, "anonymousId": " "}, "no_ids", ""),
        ("track", {"userId": "u"}, "no_event", "event"),
        ("track", {"userId": "u", "event": "  "}, "no_event", "event"),
        ("track", track(event=3), "wrong_type", "event"),
        ("track", track(event="coterie.tagged"), "reserved_name", "event"),
        ("track", track(event=" coterie.x"), "reserved_name", "event"),
        ("track", track(event="x" * 256), "id_too_long", "event"),
        ("track", track(userId=True), "wrong_type", "userId"),
        ("track", track(userId={"a": 1}), "wrong_type", "userId"),
        ("track", track(userId="u" * 256), "id_too_long", "userId"),
        ("track", track(userId=10**300), "id_too_long", "userId"),
        ("track", track(messageId="m" * 100), "id_too_long", "messageId"),
        ("track", track(properties=[1]), "wrong_type", "properties"),
        ("track", track(context="x"), "wrong_type", "context"),
        ("track", track(timestamp="yesterday"), "invalid_time", "timestamp"),
        ("track", track(timestamp=17), "wrong_type", "timestamp"),
        ("track", track(sentAt="never"), "invalid_time", "sentAt"),
        ("track", track(timestamp="1969-12-31T23:59:59Z"), "invalid_time", "timestamp"),
        ("track", track(timestamp="3000-01-01T00:00:00Z"), "invalid_time", "timestamp"),
        ("track", track(timestamp="0001-01-01T00:00:00+14:00"), "invalid_time", "timestamp"),
        ("identify", {"userId": "u", "traits": "x"}, "wrong_type", "traits"),
        ("group", {"userId": "u"}, "no_group", "groupId"),
        ("alias", {"userId": "u"}, "no_previous_id", "previousId"),
        ("alias", {"previousId": "a", "anonymousId": "b"}, "no_user_id", "userId"),
        ("track", [], "wrong_type", ""),
    ],
)
def test_an_invalid_single_call_is_refused_with_a_code(call: str, body: Any, code: str, path: str):
    assert refusal(call, body) == (code, path)


def test_message_id_of_99_characters_is_taken():
    assert one("track", track(messageId="m" * 99)).id == "m" * 99


def test_a_bad_item_is_named_and_the_rest_of_the_batch_kept():
    items = [
        track(messageId="1"),
        {"type": "track", "userId": "u", "messageId": "2"},
        {"type": "wave", "userId": "u", "messageId": "3"},
        {"userId": "u", "messageId": "4"},
        None,
        track(messageId="6"),
    ]
    found = read("batch", {"batch": items})
    assert [event.id for event in found.events] == ["1", "6"]
    assert [(item.index, item.message_id, item.code) for item in found.refused] == [
        (1, "2", "no_event"),
        (2, "3", "unknown_type"),
        (3, "4", "no_type"),
        (4, None, "wrong_type"),
    ]
    assert json.loads(found.refused[0].raw) == items[1]
    assert "event" in found.refused[0].reason


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_body"),
        (b"  \n", "empty_body"),
        (b"{", "invalid_json"),
        (b'{"batch": [{"a": NaN}]}', "invalid_json"),
        (b'{"batch": []}', "empty_batch"),
        (b"{}", "empty_batch"),
        (b'{"batch": null}', "empty_batch"),
        (b'{"batch": 3}', "wrong_type"),
        (b"[]", "wrong_type"),
        (b'{"batch": [{}], "sentAt": "x"}', "invalid_time"),
        (b'{"batch": [{}], "context": 3}', "wrong_type"),
        (b'{"batch": [' + b"[" * 50_000 + b"]" * 50_000 + b"]}", "too_deep"),
    ],
)
def test_a_fault_of_the_whole_body_refuses_the_request(body: bytes, code: str):
    assert fault("batch", body) == code


def test_a_single_call_that_is_not_json_refuses_the_request():
    assert fault("track", b'{"event": ') == "invalid_json"
    assert fault("track", b'{"event": NaN}') == "invalid_json"
    assert fault("track", b'{"event": "\xff"}') == "invalid_json"
    assert fault("wave", b"{}") == "unknown_call"


def padded(size: int, **fields: Any) -> bytes:
    empty = json.dumps(track(**fields, properties={"p": ""})).encode()
    return json.dumps(track(**fields, properties={"p": "x" * (size - len(empty))})).encode()


def test_an_event_of_32_kb_is_taken_and_one_byte_more_is_not():
    assert len(padded(32_768)) == 32_768
    assert one("track", padded(32_768)).name == "Wine Opened"
    assert refusal("track", padded(32_769)) == ("event_too_large", "")
    body = b'{"batch":[' + padded(32_769, messageId="big") + b"," + padded(32_768) + b"]}"
    found = read("batch", body)
    assert len(found.events) == 1
    assert [(item.index, item.message_id, item.code) for item in found.refused] == [
        (0, "big", "event_too_large")
    ]


def test_a_body_of_500_000_bytes_is_taken_and_one_byte_more_is_not():
    body = json.dumps({"batch": [track()]}).encode()
    assert len(read("batch", body.ljust(500_000)).events) == 1
    with pytest.raises(TooLarge) as caught:
        read("batch", body.ljust(500_001))
    assert caught.value.code == "too_large"


def test_2500_events_are_taken_and_one_more_is_not():
    item = {"type": "page", "userId": "u"}
    assert len(read("batch", {"batch": [item] * 2_500}).events) == 2_500
    assert fault("batch", {"batch": [item] * 2_501}) == "too_many_events"


def test_a_clock_that_is_two_hours_slow_is_corrected():
    received = parse_time("2026-01-01T12:00:06Z", zone("UTC"))
    said = "2026-01-01T10:00:00Z"
    body = {
        "sentAt": "2026-01-01T10:00:05Z",
        "batch": [track(timestamp=said), track(originalTimestamp=said)],
    }
    events = read("batch", body, now=received).events
    assert [event.time for event in events] == [received - 5 * SECOND] * 2
    assert {event.received for event in events} == {received}


def test_without_sent_at_the_time_is_as_sent():
    event = one("track", track(timestamp="2025-12-31T23:00:00.250Z"))
    assert event.time == NOW - HOUR + 250


def test_an_items_own_sent_at_wins_and_a_corrected_time_is_not_corrected_twice():
    body = {
        "sentAt": "2025-12-31T20:00:00Z",
        "batch": [
            track(timestamp="2025-12-31T23:00:00Z", sentAt="2025-12-31T23:30:00Z"),
            track(timestamp="2025-12-31T23:00:00Z", originalTimestamp="2025-12-31T05:00:00Z"),
        ],
    }
    times = [event.time for event in read("batch", body).events]
    assert times == [NOW - 30 * MINUTE, NOW - HOUR]


@pytest.mark.parametrize(
    "text",
    [
        "2025-12-31T22:00:00Z",
        "2025-12-31T22:00:00+00:00",
        "2025-12-31T22:00:00.000000+00:00",
        "2026-01-01T06:00:00+08:00",
        "2025-12-31T22:00:00",
        "2025-12-31 22:00:00.000Z",
    ],
)
def test_every_way_to_write_a_time(text: str):
    assert one("track", track(timestamp=text)).time == NOW - 2 * HOUR


def test_the_batchs_context_lies_under_the_items_own():
    body = {
        "context": {"library": {"name": "py", "version": "1"}, "locale": "zh-CN"},
        "integrations": {"All": True},
        "batch": [track(context={"library": {"version": "2"}, "ip": "::1"}), track()],
    }
    first, second = read("batch", body).events
    assert first.context == {
        "library": {"name": "py", "version": "2"},
        "locale": "zh-CN",
        "ip": "::1",
    }
    assert second.context == body["context"]


def test_a_context_that_would_grow_beyond_measure_is_refused():
    context = {"x": "y" * 30_000}
    item = {"type": "page", "userId": "u"}
    assert len(read("batch", {"context": context, "batch": [item] * 200}).events) == 200
    assert fault("batch", {"context": context, "batch": [item] * 300}) == "too_large"


def test_what_is_older_than_a_day_or_imported_is_backfill():
    assert not one("track", track(timestamp="2025-12-31T00:00:00Z")).backfill
    assert one("track", track(timestamp="2025-12-30T23:59:59.999Z")).backfill
    assert one("track", track(), backfill=True).backfill


def test_the_future_is_allowed():
    event = one("track", track(timestamp="2026-02-01T00:00:00Z"))
    assert event.time == NOW + 31 * DAY
    assert not event.backfill


def test_text_that_no_store_can_hold_is_taken_out():
    raw = (
        rb'{"userId": "u\u0000", "event": "A\ud800B", "properties": '
        rb'{"k\udc00": "\ud83d\ude00 \\ud800 \\u0000 x\ud800\u0000\udc00y"}}'
    )
    event = one("track", raw)
    assert (event.user_id, event.name) == ("u", "AB")
    assert event.properties == {"k": "\U0001f600 \\ud800 \\u0000 xy"}


def nested(depth: int) -> bytes:
    inner = b"[" * depth + b"]" * depth
    return b'{"userId":"u","event":"X","properties":{"a":' + inner + b"}}"


def test_nesting_has_a_limit_that_is_no_crash():
    assert one("track", nested(50)).name == "X"
    for depth in (64, 300, 900, 5_000):
        assert refusal("track", nested(depth))[0] == "too_deep"
    wide = {"products": [{"sku": index} for index in range(200)]}
    assert one("track", track(properties=wide)).properties == wide


def test_gzip_is_undone_and_a_bomb_is_not():
    body = json.dumps(track()).encode()
    assert inflate(gzip.compress(body)) == body
    for broken in (b"", b"plain", gzip.compress(body)[:-3], gzip.compress(body)[:10]):
        with pytest.raises(Invalid) as caught:
            inflate(broken)
        assert caught.value.code == "corrupt_gzip"
    with pytest.raises(TooLarge):
        inflate(gzip.compress(b" " * 500_001))


def test_the_write_key_may_be_in_the_body():
    assert body_key(b'{"writeKey": "wk_1", "batch": []}') == "wk_1"
    assert body_key(b'{"batch": []}') is None
    with pytest.raises(Invalid):
        body_key(b"nonsense")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
known_fields = st.sampled_from(
    ["type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt", "properties",
     "traits", "context", "groupId", "previousId", "name"]
)  # fmt: skip
items = st.dictionaries(known_fields, json_values | st.sampled_from(SINGLE_CALLS), max_size=9)
bodies = st.one_of(
    st.binary(max_size=200),
    json_values.map(lambda value: json.dumps(value).encode()),
    items.map(lambda item: json.dumps(item).encode()),
    st.lists(items, max_size=5).map(lambda batch: json.dumps({"batch": batch}).encode()),
)


@settings(max_examples=300)
@given(call=st.sampled_from(CALLS), body=bodies)
def test_no_body_does_anything_but_read_or_refuse(call: str, body: bytes):
    try:
        found = read(call, body)
    except CoterieError as error:
        assert error.code
        return
    for event in found.events:
        assert event.user_id or event.anonymous_id
        assert "\x00" not in json.dumps(event.properties, ensure_ascii=False)
        json.dumps([event.properties, event.traits, event.context]).encode()
    assert all(refused.code and refused.reason for refused in found.refused)
