"""An unmodified segment-analytics-python against a served house."""

import socket
from datetime import date
from typing import Any

import pytest
from segment.analytics.client import Client

from web.conftest import House


def client(address: str, key: str, errors: list[Any], **options: Any) -> Client:
    return Client(key, host=address, on_error=lambda *error: errors.append(error), **options)


@pytest.mark.parametrize("gzip", [False, True])
@pytest.mark.parametrize("sync_mode", [False, True])
def test_every_call_of_the_library_arrives(
    house: House, address: str, gzip: bool, sync_mode: bool
) -> None:
    errors: list[Any] = []
    talk = client(address, house.new_key(), errors, gzip=gzip, sync_mode=sync_mode)
    talk.identify(157963456373623802, {"city": "Turin", "birthday": date(1981, 2, 2)})
    talk.track("u1", "Article Read", {"item": "a1"})
    talk.page("u1", "Magazine", "Barolo")
    talk.screen("u1", "App", "Home")
    talk.group("u1", "g1", {"name": "Friends"})
    talk.alias("anonymous-1", "u1")
    if not sync_mode:  # the library's own shutdown fails where it has no consumers
        talk.shutdown()
    assert errors == []
    events = house.events()
    assert {event.name for event in events} == {
        "coterie.identified", "Article Read", "Page Viewed", "Screen Viewed", "coterie.grouped",
        "coterie.aliased",
    }  # fmt: skip
    identified = next(event for event in events if event.name == "coterie.identified")
    assert identified.user_id == "157963456373623802"
    assert identified.traits == {"city": "Turin", "birthday": "1981-02-02"}


def test_many_calls_come_in_batches_and_none_is_lost(house: House, address: str) -> None:
    errors: list[Any] = []
    talk = client(address, house.new_key(), errors, upload_size=50)
    for number in range(500):
        talk.track(f"u{number}", "Article Read", {"item": "a1"})
    talk.shutdown()
    assert errors == []
    assert {event.user_id for event in house.events()} == {f"u{n}" for n in range(500)}
    assert house.pokes < 500


def test_a_wrong_key_reaches_on_error_with_our_words(house: House, address: str) -> None:
    errors: list[Any] = []
    talk = client(address, "wk_wrong", errors, max_retries=0)
    talk.track("u1", "Article Read")
    talk.shutdown()
    [(error, batch)] = errors
    assert error.status == 401
    assert error.code == "wrong_key"
    assert "unknown or disabled" in error.message
    assert len(batch) == 1
    assert house.events() == []


def test_the_served_house_names_no_server(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := raw.recv(65_536):
            answer += part
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 200")
    assert b"server:" not in head
    assert b"uvicorn" not in answer.lower()
