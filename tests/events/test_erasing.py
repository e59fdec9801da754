"""A person is taken out of the inbox and the quarantine, and nobody else is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coterie.core.event import Event
from coterie.events.door import Door
from coterie.events.erasing import Erased
from coterie.events.inbox import Inbox
from coterie.storage.database import Database

NOW = 1_767_225_600_000
ADA = [
    ("user_id", "ada-7"),
    ("anonymous_id", "f3b2a9d8"),
    ("email", "ada@example.com"),
    ("phone", "+8613800138000"),
    ("wecom.external_userid", "wm0001"),
    ("member_no", "77"),
]
HERS: list[dict[str, Any]] = [
    {"userId": "ada-7"},
    {"anonymousId": "f3b2a9d8"},
    {"type": "identify", "userId": "x1", "traits": {"email": " Ada@Example.com"}},
    {"type": "identify", "userId": "x2", "traits": {"phone": "138 0013-8000"}},
    {"type": "alias", "userId": "x3", "previousId": "f3b2a9d8"},
    {"userId": "x4", "context": {"externalIds": [{"type": "member_no", "id": "77"}]}},
    {
        "userId": "x5",
        "context": {"externalIds": [{"type": "wecom.external_userid", "id": "wm0001"}]},
    },
]
OTHERS: list[dict[str, Any]] = [
    {"userId": "ada-70", "properties": {"total": 77, "table": "177", "phone_of_shop": 138001380}},
    {"userId": "bea", "context": {"externalIds": [{"type": "till", "id": "77"}]}},
    {"userId": "bea", "properties": {"referrer": "ada@example.com", "note": "tel. 138 0013 8000"}},
]


@pytest.fixture
def inbox(database: Database, tmp_path: Path) -> Iterator[Inbox]:
    made = Inbox.in_folder(tmp_path) if database.dialect == "sqlite" else Inbox(database)
    yield made
    made.close()


def receive(inbox: Inbox, items: list[dict[str, Any]]) -> None:
    full = [{"type": "track", "event": "Seen", **item} for item in items]
    assert Door(inbox).accept("shop", json.dumps({"batch": full}).encode(), "batch", NOW)


def events(inbox: Inbox) -> list[Event]:
    return [event for _, held in inbox.after(0, 1_000) for event in held]


def test_her_events_go_and_the_others_stay(inbox: Inbox) -> None:
    receive(inbox, [*HERS, *OTHERS])
    receive(inbox, HERS)
    receive(inbox, OTHERS[:1])
    ids = [key for key, _ in inbox.after(0, 1_000)]
    assert inbox.erase(ADA) == Erased(events=14, blanked=2, quarantined=0)
    assert [key for key, _ in inbox.after(0, 1_000)] == ids
    first, second, third, again = events(inbox)
    assert first.user_id == again.user_id == "ada-70"
    assert first.properties == {"total": 77, "table": "177", "phone_of_shop": 138001380}
    assert second.context == {"externalIds": [{"type": "till", "id": "[erased]"}]}
    assert third.properties == {"referrer": "[erased]", "note": "[erased]"}
    assert inbox.erase(ADA) == Erased(0, 0, 0)


def test_what_was_refused_goes_where_it_names_her(inbox: Inbox) -> None:
    escaped = '{"type": "track", "userId": "\\u0061da-7"}'
    for raw in ('{"type": "track", "userId": "ada-7"}', escaped, '{"x": "Ada@example.com"',
                '{"type": "track", "userId": "ada-70"}'):  # fmt: skip
        body = b'{"event": "", "batch": [%b]}' % raw.encode()
        if raw.endswith("}"):
            Door(inbox).accept("shop", body, "batch", NOW)
    assert inbox.search(["ada-7"]) == {"ada-7": 2}
    assert inbox.erase(ADA).quarantined == 2
    assert [json.loads(kept.raw)["userId"] for kept in inbox.quarantined()] == ["ada-70"]


def test_no_text_of_hers_is_found_any_more(inbox: Inbox) -> None:
    receive(inbox, [*HERS, {"userId": "ada-7", "event": ""}])
    texts = [value for _, value in ADA]
    assert all(inbox.search(texts).values())
    inbox.erase(ADA)
    assert set(inbox.search(texts).values()) == {0}


def test_no_page_and_no_log_of_the_file_keeps_her(tmp_path: Path) -> None:
    inbox = Inbox.in_folder(tmp_path)
    many = [{"userId": "ada-7", "properties": {"text": "x" * 3_000}} for _ in range(20)]
    receive(inbox, many)
    receive(inbox, [{"userId": "ada-7", "event": ""}, {"userId": "bea"}])

    def pages() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.glob("inbox.db*"))

    assert b"ada-7" in pages()
    inbox.erase(ADA)
    assert b"ada-7" not in pages()
    assert b"bea" in pages()
    inbox.close()
