"""The collectors over HTTP: the conformance list of reference/ingest.md F."""

import asyncio
import base64
import gzip
import json
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.core.clock import parse_time
from coterie.events.door import Door
from coterie.web.server import create_app
from web.conftest import NOW, House, open_browser

READ = {"type": "track", "event": "Article Read", "userId": "u1", "messageId": "m1"}


def basic(key: str, colon: bool = True) -> dict[str, str]:
    text = f"{key}:" if colon else key
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.fixture
def key(house: House) -> str:
    return house.new_key("shop")


def send(browser: TestClient, key: str, body: Any, call: str = "batch", **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return browser.post(f"/v1/{call}", content=content, headers={**basic(key), **headers})


def test_a_batch_is_durable_before_it_is_accepted(
    browser: TestClient, house: House, key: str
) -> None:
    answer = send(browser, key, {"batch": [READ]})
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 1, "refused": []}
    [event] = house.events()
    assert (event.id, event.name, event.user_id, event.source) == (
        "m1",
        "Article Read",
        "u1",
        "shop",
    )
    assert house.pokes == 1


@pytest.mark.parametrize(
    ("call", "body", "name"),
    [
        ("track", {"userId": "u1", "event": "Article Read"}, "Article Read"),
        ("identify", {"userId": "u1", "traits": {"city": "Turin"}}, "coterie.identified"),
        ("group", {"userId": "u1", "groupId": "g"}, "coterie.grouped"),
        ("alias", {"userId": "u1", "previousId": "a1"}, "coterie.aliased"),
        ("page", {"anonymousId": "a1", "name": "Home"}, "Page Viewed"),
        ("screen", {"anonymousId": "a1", "name": "Home"}, "Screen Viewed"),
    ],
)
def test_every_call_has_its_address(
    browser: TestClient, house: House, key: str, call: str, body: Any, name: str
) -> None:
    assert send(browser, key, body, call).json() == {"accepted": 1, "refused": []}
    assert [event.name for event in house.events()] == [name]


def test_the_key_may_stand_in_the_header_without_colon_or_in_the_body(
    browser: TestClient, key: str
) -> None:
    body = json.dumps({"batch": [READ]})
    without_colon = browser.post("/v1/batch", content=body, headers=basic(key, colon=False))
    in_body = browser.post("/v1/batch", json={"batch": [READ], "writeKey": key})
    beacon = browser.post(
        "/v1/batch",
        content=json.dumps({"batch": [READ], "writeKey": key}),
        headers={"content-type": "text/plain"},
    )
    assert [a.status_code for a in (without_colon, in_body, beacon)] == [200, 200, 200]


def test_a_wrong_or_missing_key_is_told_so_in_the_words_of_the_library(
    browser: TestClient, house: House
) -> None:
    wrong = send(browser, "wk_wrong", {"batch": [READ]})
    assert wrong.status_code == 401
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.json()["code"] == "wrong_key"
    assert "unknown or disabled" in wrong.json()["message"]
    missing = browser.post("/v1/batch", json={"batch": [READ]})
    assert (missing.status_code, missing.json()["code"]) == (401, "no_key")
    assert browser.post("/v1/batch", json={"batch": [READ]}, headers=basic("")).status_code == 401
    odd = browser.post("/v1/batch", json={"batch": [READ]}, headers={"authorization": "Basic *"})
    assert odd.status_code == 401
    assert house.events() == []


def test_a_disabled_key_opens_no_longer(browser: TestClient, house: House, key: str) -> None:
    with house.db.begin(COMMAND, NOW) as work:
        house.keys.disable(work, house.keys.all(work)[0].id)
    assert send(browser, key, {"batch": [READ]}).status_code == 401


def test_gzip_is_undone_and_broken_gzip_refused(browser: TestClient, key: str) -> None:
    body = gzip.compress(json.dumps({"batch": [READ]}).encode())
    assert send(browser, key, body, **{"content-encoding": "gzip"}).status_code == 200
    for broken in (body[:-9], b"not gzip", body[:10] + b"\x00" * 30):
        answer = send(browser, key, broken, **{"content-encoding": "gzip"})
        assert (answer.status_code, answer.json()["code"]) == (400, "corrupt_gzip")
    unknown = send(browser, key, body, **{"content-encoding": "br"})
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_encoding")


def test_a_small_bomb_stays_small(browser: TestClient, key: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = send(browser, key, bomb, **{"content-encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_body"),
        (b"{", "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        (b"[]", "wrong_type"),
        (b'"text"', "wrong_type"),
        (b'{"batch": []}', "empty_batch"),
        (b"{}", "empty_batch"),
        (b'{"batch": [{"type": "track", "event": "X"}]}', "no_ids"),
        (b'{"batch": [{"type": "track", "userId": "u"}]}', "no_event"),
        (b'{"batch": [{"type": "sneeze", "userId": "u"}]}', "unknown_type"),
        (b'{"batch": [{"userId": "u"}]}', "no_type"),
        (b'{"batch": [{"type": "track", "event": "coterie.tagged", "userId": "u"}]}',
         "reserved_name"),
        (b'{"sentAt": "yesterday", "batch": [{"type": "track"}]}', "invalid_time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    browser: TestClient, house: House, key: str, body: bytes, code: str
) -> None:
    answer = send(browser, key, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"]
    assert house.events() == []


def test_the_good_items_of_a_batch_are_kept_and_the_bad_named(
    browser: TestClient, house: House, key: str
) -> None:
    padding = {"text": "x" * 33_000}
    bad = {**READ, "messageId": "m2", "properties": padding}
    answer = send(browser, key, {"batch": [READ, bad]})
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    [refused] = answer.json()["refused"]
    assert (refused["index"], refused["messageId"], refused["code"]) == (
        1,
        "m2",
        "event_too_large",
    )
    assert [event.id for event in house.events()] == ["m1"]


def test_an_event_of_32_kb_passes_and_one_byte_more_does_not(browser: TestClient, key: str) -> None:
    def event(size: int) -> bytes:
        head = b'{"event":"X","userId":"u","properties":{"t":"'
        return head + b"x" * (size - len(head) - 3) + b'"}}'

    assert send(browser, key, event(32_768), "track").status_code == 200
    answer = send(browser, key, event(32_769), "track")
    assert (answer.status_code, answer.json()["code"]) == (400, "event_too_large")


def test_a_body_of_500_kb_passes_and_one_byte_more_does_not(
    browser: TestClient, house: House, key: str
) -> None:
    body = json.dumps({"batch": [READ]}).encode()
    assert send(browser, key, body + b" " * (500_000 - len(body))).status_code == 200
    announced = send(browser, key, body + b" " * (500_001 - len(body)))
    assert (announced.status_code, announced.json()["code"]) == (413, "too_large")


def test_an_endless_body_is_cut_off_without_reading_it(house: House, key: str) -> None:
    parts_read = 0
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        nonlocal parts_read
        parts_read += 1
        assert parts_read < 1_000
        return {"type": "http.request", "body": b" " * 65_536, "more_body": True}

    async def send(message: Any) -> None:
        answers.append(message)

    given = {"host": "127.0.0.1", **basic(key)}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/batch",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("10.0.0.7", 1),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
    }
    asyncio.run(create_app(house)(scope, receive, send))
    assert answers[0]["status"] == 413
    assert parts_read == 500_000 // 65_536 + 1


def test_2500_events_pass_and_one_more_does_not(
    browser: TestClient, house: House, key: str
) -> None:
    events = [{"type": "track", "event": "X", "userId": f"u{n}"} for n in range(2_501)]
    assert send(browser, key, {"batch": events[:2_500]}).json()["accepted"] == 2_500
    answer = send(browser, key, {"batch": events})
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_events")
    assert len(house.events()) == 2_500


def test_numbers_become_text_and_null_is_absent(
    browser: TestClient, house: House, key: str
) -> None:
    body = {"event": "X", "userId": 157963456373623802, "anonymousId": None}
    assert send(browser, key, body, "track").status_code == 200
    [event] = house.events()
    assert (event.user_id, event.anonymous_id) == ("157963456373623802", None)


def test_a_wrong_clock_is_corrected(browser: TestClient, house: House, key: str) -> None:
    body = {
        "batch": [{**READ, "timestamp": "2025-12-31T22:00:00Z"}],
        "sentAt": "2025-12-31T22:00:05+00:00",
    }
    send(browser, key, body)
    assert house.events()[0].time == NOW - 5_000
    send(browser, key, {"batch": [{**READ, "timestamp": "2025-12-31T22:00:00+08:00"}]})
    assert house.events()[1].time == parse_time("2025-12-31T14:00:00Z", ZoneInfo("UTC"))


def test_context_is_merged_under_each_item(browser: TestClient, house: House, key: str) -> None:
    own = {**READ, "context": {"campaign": {"name": "own"}}}
    shared = {"campaign": {"name": "shared", "source": "mail"}, "locale": "it"}
    send(browser, key, {"batch": [own], "context": shared})
    assert house.events()[0].context == {
        "campaign": {"name": "own", "source": "mail"},
        "locale": "it",
    }


def test_too_many_requests_are_told_when_to_come_back(house: House, key: str) -> None:
    house.settings = house.settings.model_copy(update={"requests_per_second": 2})
    browser = open_browser(house)
    other = house.new_key("till")
    answers = [send(browser, key, {"batch": [READ]}) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 200, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert int(answers[-1].headers["x-ratelimit-reset"]) > 0
    assert answers[-1].json()["code"] == "too_many_requests"
    assert send(browser, other, {"batch": [READ]}).status_code == 200
    house.clock.set(NOW + 500)
    assert send(browser, key, {"batch": [READ]}).status_code == 200


def test_an_item_of_a_batch_may_have_32_kb_and_no_byte_more(
    browser: TestClient, house: House, key: str
) -> None:
    def item(size: int) -> bytes:
        head = (
            b'{"type":"track","event":"X","userId":"u","messageId":"%d","properties":{"t":"' % size
        )
        return head + b"x" * (size - len(head) - 3) + b'"}}'

    answer = send(browser, key, b'{"batch":[%b,%b]}' % (item(32_768), item(32_769)))
    assert [event.id for event in house.events()] == ["32768"]
    [refused] = answer.json()["refused"]
    assert (refused["index"], refused["messageId"], refused["code"]) == (
        1, "32769", "event_too_large"
    )  # fmt: skip


def logged(house: House) -> int:
    house.carry()
    with house.db.read(COMMAND, NOW) as work:
        return house.log.counts(work).get("Article Read", 0)


def test_a_message_id_counts_once_in_a_batch_across_batches_and_across_a_restart(
    browser: TestClient, house: House, key: str
) -> None:
    assert send(browser, key, {"batch": [READ, READ]}).json()["accepted"] == 2
    send(browser, key, {"batch": [READ]})
    send(browser, house.new_key("till"), READ, "track")  # whatever the source
    assert logged(house) == 1
    house.app.close()
    again = House(open_app(house.settings, clock=house.clock, channels={}), house.clock)
    send(open_browser(again), key, {"batch": [READ, {**READ, "messageId": "m2"}]})
    assert logged(again) == 2
    again.app.close()


@pytest.mark.parametrize(
    ("item", "sent_at", "expected"),
    [
        # the client's clock is two hours slow
        ({"timestamp": "2026-01-01T10:00:00Z"}, "2026-01-01T10:00:05Z", "12:00:01"),
        ({"timestamp": "2026-01-01T10:00:00Z"}, None, "10:00:00"),
        ({"timestamp": "2026-01-01T18:00:00+08:00"}, None, "10:00:00"),
        ({"timestamp": "2026-01-01T10:00:00"}, None, "10:00:00"),
        ({}, "2026-01-01T10:00:05Z", "12:00:06"),
        ({"timestamp": None}, None, "12:00:06"),
        ({"originalTimestamp": "2026-01-01T10:00:00Z"}, "2026-01-01T10:00:05+00:00", "12:00:01"),
        # corrected by whoever forwarded it
        ({"timestamp": "2026-01-01T09:00:00Z", "originalTimestamp": "2026-01-01T10:00:00Z"},
         "2026-01-01T10:00:05Z", "09:00:00"),
        # an item's own sentAt is nearer to it
        ({"timestamp": "2026-01-01T10:00:00Z", "sentAt": "2026-01-01T10:00:02Z"},
         "2026-01-01T10:00:05Z", "12:00:04"),
        # history that a server sends now is kept but for the transport
        ({"timestamp": "2026-01-01T03:00:00.000Z"}, "2026-01-01T12:00:06Z", "03:00:00"),
    ],
)  # fmt: skip
def test_the_time_of_an_event_is_that_of_our_clock(
    browser: TestClient, house: House, key: str, item: Any, sent_at: str | None, expected: str
) -> None:
    house.clock.set(parse_time("2026-01-01T12:00:06Z", ZoneInfo("UTC")))
    send(browser, key, {"batch": [{**READ, **item}], "sentAt": sent_at})
    [event] = house.events()
    assert event.time == parse_time(f"2026-01-01T{expected}Z", ZoneInfo("UTC"))


def test_an_alias_moves_history(browser: TestClient, house: House, key: str) -> None:
    before = {"type": "track", "event": "Article Read", "anonymousId": "a1"}
    send(browser, key, {"batch": [before]})
    house.carry()
    send(browser, key, {"batch": [{**READ, "messageId": "m2"}]})
    house.carry()
    send(browser, key, {"userId": "u1", "previousId": "a1"}, "alias")
    house.carry()
    profile = house.profile_of("u1")
    with house.db.read(COMMAND, NOW) as work:
        assert house.profiles.find(work, "anonymous_id", "a1") == profile
        events = house.log.timelines(work, [profile])[profile]
    assert [event.name for event in events].count("Article Read") == 2


def test_who_was_erased_is_answered_yes_and_not_kept(
    browser: TestClient, house: House, key: str
) -> None:
    asked: list[set[tuple[str, str]]] = []

    def suppressed(identities: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
        asked.append(set(identities))
        return {("user_id", "gone"), ("email", "gone@example.com")} & set(identities)

    house.app.door = Door(house.inbox, suppressed=suppressed)
    alone = send(browser, key, {"userId": "gone", "event": "X"}, "track")
    assert (alone.status_code, alone.json()) == (
        200, {"accepted": 0, "refused": [], "suppressed": 1}
    )  # fmt: skip
    named = {"type": "identify", "userId": "u2", "traits": {"email": "gone@example.com"}}
    aliased = {"type": "alias", "userId": "u2", "previousId": "gone"}
    mixed = send(browser, key, {"batch": [named, aliased, READ, {"type": "track"}]})
    assert mixed.json()["accepted"] == 1
    assert mixed.json()["suppressed"] == 2
    assert [event.id for event in house.events()] == ["m1"]
    assert len(asked) == 2  # once a request, whatever it holds


def test_only_post_is_taken_and_an_unknown_call_is_not_found(browser: TestClient) -> None:
    answer = browser.get("/v1/batch")
    assert (answer.status_code, answer.json()["code"]) == (405, "wrong_method")
    assert browser.post("/v1/sneeze", content=b"{}").status_code == 404


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
keys = st.sampled_from(
    ["type", "event", "userId", "anonymousId", "messageId", "timestamp", "properties", "traits",
     "context", "groupId", "previousId", "name", "sentAt"]
)  # fmt: skip
kinds = st.sampled_from(["track", "identify", "group", "alias", "page", "screen"])
hostile_items = st.dictionaries(keys, json_values | kinds, max_size=8)
hostile_bodies = st.one_of(
    st.binary(max_size=200),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.lists(hostile_items | json_values, max_size=4).map(
        lambda items: json.dumps({"batch": items, "sentAt": None}).encode()
    ),
)


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=hostile_bodies, call=kinds | st.just("batch"), packed=st.booleans())
def test_hostile_bodies_are_never_our_fault(
    browser: TestClient, house: House, key: str, body: bytes, call: str, packed: bool
) -> None:
    headers = {"content-encoding": "gzip"} if packed else {}
    house.clock.set(house.clock.now() + 1_000)
    answer = send(browser, key, gzip.compress(body) if packed else body, call, **headers)
    assert answer.status_code in {200, 400}
    assert answer.json()


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
def test_deep_nesting_is_refused(browser: TestClient, key: str, depth: int) -> None:
    body = b'{"event":"X","userId":"u","properties":{"a":' + b"[" * depth + b"]" * depth + b"}}"
    assert send(browser, key, body, "track").status_code in {400, 413}
