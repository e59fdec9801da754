"""An unmodified posthog (Python) against a served house."""

import gzip
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from posthog import Posthog

from coterie.core.event import Event
from web.conftest import NOW, House


def by_name(house: House) -> dict[str, Event]:
    return {event.name: event for event in house.events()}


def client(address: str, key: str, errors: list[Any], **options: Any) -> Posthog:
    return Posthog(
        key, host=address, on_error=lambda *error: errors.append(error),
        disable_geoip=False, enable_local_evaluation=False, **options,
    )  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
def test_every_call_of_the_library_arrives(house: House, address: str, packed: bool) -> None:
    errors: list[Any] = []
    talk = client(address, house.new_key(), errors, gzip=packed)
    talk.capture("Article Read", distinct_id="u1", properties={"item": "a1"})
    talk.capture("$pageview", distinct_id="u1", properties={"$current_url": "https://x.cn/a"})
    talk.capture("Poster Seen", properties={"item": "a2"})  # of nobody known
    talk.set(distinct_id="u1", properties={"city": "Turin"})
    talk.set_once(distinct_id="u1", properties={"first": "Barolo"})
    talk.group_identify("company", "c1", {"name": "Cantina"}, distinct_id="u1")
    talk.alias("anonymous-1", "u1")
    talk.capture("Bought", distinct_id="u1", properties={"$set": {"level": 2}, "total": 9.5})
    talk.shutdown()
    assert errors == []
    events = by_name(house)
    assert {event.source for event in events.values()} == {"shop"}
    read = events["Article Read"]
    assert (read.type, read.user_id, read.properties["item"]) == ("track", "u1", "a1")
    assert read.context["library"]["name"] == "posthog-python"
    assert events["Page Viewed"].properties["url"] == "https://x.cn/a"
    assert (events["Poster Seen"].user_id, bool(events["Poster Seen"].anonymous_id)) == (None, True)
    assert events["coterie.identified"].traits == {"city": "Turin"}
    assert events["$set_once"].properties["$set_once"] == {"first": "Barolo"}
    group = events["coterie.grouped"].properties
    assert group == {"groupId": "company:c1", "traits": {"name": "Cantina"}}
    alias = events["coterie.aliased"]
    assert (alias.previous_id, alias.user_id) == ("anonymous-1", "u1")
    assert (events["Bought"].traits, events["Bought"].properties["total"]) == ({"level": 2}, 9.5)


def test_a_wrong_key_reaches_on_error_with_our_words(house: House, address: str) -> None:
    errors: list[Any] = []
    talk = client(address, "wk_wrong", errors, max_retries=0)
    talk.capture("Article Read", distinct_id="u1")
    talk.shutdown()
    [(error, batch)] = errors
    assert (error.status, len(batch)) == (401, 1)
    assert "unknown or disabled" in error.message
    assert house.events() == []


SENT: dict[str, Any] = {"event": "Article Read", "distinct_id": "u1", "uuid": "m1"}


@pytest.mark.parametrize("path", ["/capture", "/capture/", "/i/v0/e", "/i/v0/e/", "/batch"])
def test_one_event_may_be_the_body(browser: TestClient, house: House, path: str) -> None:
    answer = browser.post(path, json={"api_key": house.new_key(), **SENT})
    assert (answer.status_code, answer.json()) == (
        200, {"accepted": 1, "refused": [], "status": "Ok"}
    )  # fmt: skip
    assert [(event.id, event.user_id) for event in house.events()] == [("m1", "u1")]


def test_gzip_may_be_named_in_the_address(browser: TestClient, house: House) -> None:
    body = gzip.compress(json.dumps({"token": house.new_key(), "batch": [SENT]}).encode())
    assert browser.post("/batch/?compression=gzip-js", content=body).status_code == 200
    unknown = browser.post("/batch/?compression=base64", content=body)
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_encoding")
    assert len(house.events()) == 1


def test_a_wrong_clock_is_corrected_and_history_starts_nothing(
    browser: TestClient, house: House
) -> None:
    sent = {**SENT, "timestamp": "2025-12-31T22:00:00Z"}
    key = house.new_key()
    body = {"api_key": key, "batch": [sent], "sent_at": "2025-12-31T22:00:05+00:00"}
    browser.post("/batch/", json=body)
    browser.post("/batch/", json={**body, "historical_migration": True})
    events = house.events()
    assert [event.time for event in events] == [NOW - 5_000, NOW - 5_000]
    assert [event.backfill for event in events] == [False, True]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"event": "X"}, "no_ids"),
        ({"distinct_id": "u1"}, "no_event"),
        ({"event": "coterie.tagged", "distinct_id": "u1"}, "reserved_name"),
        ({"event": "$create_alias", "distinct_id": "u1"}, "no_user_id"),
        ({"event": "$groupidentify", "distinct_id": "u1"}, "no_group"),
        ({"event": "X", "distinct_id": {}}, "wrong_type"),
        ({"event": "X", "distinct_id": "u1", "timestamp": "noon"}, "invalid_time"),
    ],
)
def test_what_is_wrong_is_named_and_can_be_mended(
    browser: TestClient, house: House, item: Any, code: str
) -> None:
    given = {**item, "uuid": "m9"}
    answer = browser.post("/batch/", json={"api_key": house.new_key(), "batch": [given, SENT]})
    assert answer.status_code == 200
    [refused] = answer.json()["refused"]
    assert (refused["index"], refused["messageId"], refused["code"]) == (0, "m9", code)
    [kept] = house.inbox.quarantined()
    house.inbox.replay(kept.id, NOW, json.dumps(SENT).encode())
    assert [event.id for event in house.events()] == ["m1", "m1"]


def test_identify_joins_the_anonymous_id_and_a_device_is_nobody(
    browser: TestClient, house: House
) -> None:
    before = {**SENT, "distinct_id": "d1", "properties": {"$device_id": "d1"}}
    joined = {
        "event": "$identify",
        "distinct_id": "u1",
        "properties": {"$anon_distinct_id": "d1", "$device_id": "d1", "$set": {"city": "Turin"}},
    }
    browser.post("/batch/", json={"api_key": house.new_key(), "batch": [before, joined]})
    first, second = house.events()
    assert (first.user_id, first.anonymous_id) == (None, "d1")
    assert (second.user_id, second.anonymous_id) == ("u1", "d1")
    assert second.traits == {"city": "Turin"}
