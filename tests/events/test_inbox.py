import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.events.door import Door
from coterie.events.errors import TooLarge
from coterie.events.inbox import Inbox
from coterie.storage.database import Database

NOW = 1_767_225_600_000


@pytest.fixture
def inbox(database: Database, tmp_path: Path) -> Iterator[Inbox]:
    """An inbox of its own file on SQLite, and beside the operational tables on PostgreSQL."""
    made = Inbox.in_folder(tmp_path) if database.dialect == "sqlite" else Inbox(database)
    yield made
    made.close()


def batch(*names: str) -> bytes:
    items = [
        {"type": "track", "event": name, "userId": "u", "messageId": f"m-{name}"} for name in names
    ]
    return json.dumps({"batch": items}).encode()


def reopened(inbox: Inbox, database: Database, tmp_path: Path) -> Inbox:
    if database.dialect == "sqlite":
        inbox.close()
        return Inbox.in_folder(tmp_path)
    return Inbox(Database(database.url.render_as_string(hide_password=False)))


def test_what_was_accepted_is_there_after_a_restart(
    inbox: Inbox, database: Database, tmp_path: Path
):
    accepted = Door(inbox).accept("shop", batch("A", "B"), "batch", NOW)
    assert (accepted.accepted, accepted.refused) == (2, [])
    again = reopened(inbox, database, tmp_path)
    [(key, events)] = again.after(0, 100)
    assert key == again.last() == inbox.last()
    assert [(event.name, event.source, event.received) for event in events] == [
        ("A", "shop", NOW),
        ("B", "shop", NOW),
    ]
    again.close()


def test_requests_are_handed_on_whole_and_in_order(inbox: Inbox):
    door = Door(inbox)
    for names in (["A", "B"], ["C"], ["D", "E", "F"]):
        door.accept("shop", batch(*names), "batch", NOW)

    def names(offset: int, most: int) -> list[str]:
        return ["".join(event.name for event in events) for _, events in inbox.after(offset, most)]

    assert names(0, 100) == ["AB", "C", "DEF"]
    assert names(0, 3) == ["AB", "C"]
    assert names(0, 1) == ["AB"]
    first, second, third = (key for key, _ in inbox.after(0, 100))
    assert names(second, 2) == ["DEF"]
    assert names(third, 100) == []
    assert first < second < third


def test_a_whole_body_fault_leaves_nothing_behind(inbox: Inbox):
    door = Door(inbox)
    with pytest.raises(Invalid):
        door.accept("shop", b"{", "batch", NOW)
    with pytest.raises(TooLarge):
        door.accept("shop", b" " * 500_001, "batch", NOW)
    assert inbox.last() == 0
    assert inbox.quarantined() == []


def test_refused_items_are_kept_with_their_reason_and_the_rest_is_accepted(inbox: Inbox):
    items: list[Any] = [{"type": "track", "userId": "u", "messageId": "bad"}]
    items.append({"type": "track", "event": "A", "userId": "u"})
    accepted = Door(inbox).accept("shop", json.dumps({"batch": items}).encode(), "batch", NOW)
    assert accepted.accepted == 1
    [kept] = inbox.quarantined()
    assert (kept.source, kept.received, kept.call) == ("shop", NOW, "batch")
    assert (kept.message_id, kept.code, kept.path) == ("bad", "no_event", "event")
    assert kept.reason == accepted.refused[0].reason
    assert json.loads(kept.raw) == items[0]


def test_a_single_call_that_is_refused_is_quarantined_too(inbox: Inbox):
    accepted = Door(inbox).accept("shop", b'{"event": "A"}', "track", NOW)
    assert (accepted.accepted, accepted.refused[0].code) == (0, "no_ids")
    assert inbox.last() == 0
    assert [kept.code for kept in inbox.quarantined()] == ["no_ids"]


def test_a_replayed_item_is_validated_anew_and_keeps_what_its_batch_said(inbox: Inbox):
    item = {"type": "track", "userId": "u", "timestamp": "2026-01-01T10:00:00Z"}
    body = {"batch": [item], "sentAt": "2026-01-01T12:00:00Z", "context": {"locale": "zh"}}
    Door(inbox).accept("shop", json.dumps(body).encode(), "batch", NOW)
    [kept] = inbox.quarantined()
    with pytest.raises(Invalid) as caught:
        inbox.replay(kept.id, NOW + HOUR)
    assert caught.value.code == "no_event"
    corrected = json.dumps({**item, "event": "A"}).encode()
    key = inbox.replay(kept.id, NOW + 3 * DAY, corrected)
    [(found, [event])] = inbox.after(0, 10)
    assert found == key
    assert (event.name, event.received, event.context) == ("A", NOW, {"locale": "zh"})
    assert event.time == NOW - 2 * HOUR
    assert event.backfill  # what is three days late by now starts nothing
    assert inbox.quarantined()[0].replayed == NOW + 3 * DAY
    with pytest.raises(Conflict):
        inbox.replay(kept.id, NOW + 3 * DAY, corrected)
    with pytest.raises(NotFound):
        inbox.replay(kept.id + 1, NOW)
    assert inbox.last() == key


def test_quarantine_is_read_in_pages_newest_first(inbox: Inbox):
    for index in range(5):
        Door(inbox).accept("shop", json.dumps({"messageId": index}).encode(), "page", NOW)
    assert [kept.message_id for kept in inbox.quarantined(limit=2)] == ["4", "3"]
    assert [kept.message_id for kept in inbox.quarantined(limit=2, offset=3)] == ["1", "0"]


def test_retention_forgets_only_what_was_carried_and_never_gives_an_id_twice(inbox: Inbox):
    door = Door(inbox)
    for day in range(3):
        door.accept("shop", batch(f"day{day}"), "batch", NOW + day * DAY)
        door.accept("shop", b"{}", "page", NOW + day * DAY)
    carried = [key for key, _ in inbox.after(0, 100)]
    assert inbox.forget(NOW + 2 * DAY, carried[0]) == 3  # one request, two refused items
    assert [key for key, _ in inbox.after(0, 100)] == carried[1:]
    assert len(inbox.quarantined()) == 1
    inbox.forget(NOW + 9 * DAY, carried[2])
    assert (inbox.after(0, 100), inbox.last()) == ([], 0)
    door.accept("shop", batch("later"), "batch", NOW)
    assert inbox.last() > carried[2]


def test_backfill_is_stamped_at_the_door(inbox: Inbox):
    Door(inbox).accept("shop", batch("A"), "batch", NOW, backfill=True)
    [(_, [event])] = inbox.after(0, 10)
    assert event.backfill
