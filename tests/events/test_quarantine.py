"""What was refused: grouped, mended, read anew, given up."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.core.actor import Actor
from coterie.core.clock import DAY
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.events.door import Door
from coterie.events.inbox import Inbox
from coterie.events.quarantine import PORTION, Quarantine
from coterie.storage.database import Database

NOW = 1_767_225_600_000
ADA = Actor("person", "Ada")


@pytest.fixture
def inbox(database: Database, tmp_path: Path) -> Iterator[Inbox]:
    made = Inbox.in_folder(tmp_path) if database.dialect == "sqlite" else Inbox(database)
    yield made
    made.close()


def send(inbox: Inbox, *items: dict[str, object], source: str = "shop", now: int = NOW) -> None:
    body = json.dumps({"batch": [{"type": "track", "userId": "u", **item} for item in items]})
    Door(inbox).accept(source, body.encode(), "batch", now)


@pytest.fixture
def quarantine(inbox: Inbox) -> Quarantine:
    """Three items without an event, one with a strange time, and one that is fine."""
    send(inbox, {"messageId": "a"}, {"messageId": "b"})
    send(inbox, {"messageId": "c"}, source="app", now=NOW + 1)
    send(inbox, {"event": "Read", "timestamp": "tomorrow"}, {"event": "Read"}, now=NOW + 2)
    return inbox.quarantine


def test_the_refused_are_grouped_by_reason_and_field(quarantine: Quarantine) -> None:
    first, second = quarantine.reasons()
    assert (first.code, first.count, first.sources) == ("no_event", 3, 2)
    assert (first.first, first.last) == (NOW, NOW + 1)
    assert quarantine.get(first.example).message_id == "c"
    assert (second.code, second.path, second.count) == ("invalid_time", "timestamp", 1)
    assert [one.message_id for one in quarantine.items(code="no_event")] == ["c", "b", "a"]
    assert [one.message_id for one in quarantine.items(1, 1, code="no_event")] == ["b"]
    assert len(quarantine.items(code="no_event", path="nowhere")) == 0


def test_one_is_mended_and_goes_in_with_the_moment_it_came_at(
    inbox: Inbox, quarantine: Quarantine
) -> None:
    [item] = quarantine.items(code="invalid_time")
    with pytest.raises(Invalid, match="timestamp"):
        quarantine.replay(item.id, NOW + DAY)
    before = inbox.last()
    mended = json.loads(item.raw) | {"timestamp": "2026-01-01T00:00:00Z"}
    entry = quarantine.replay(item.id, NOW + DAY, json.dumps(mended).encode())
    [(key, [event])] = inbox.after(before, 10)
    assert (key, event.name, event.source, event.received) == (entry, "Read", "shop", NOW + 2)
    assert [one.code for one in quarantine.reasons()] == ["no_event"]
    with pytest.raises(Conflict):
        quarantine.replay(item.id, NOW + DAY)
    assert inbox.count_refused() == 3


def test_all_of_a_reason_are_read_anew_and_what_is_still_wrong_stays(
    inbox: Inbox, quarantine: Quarantine
) -> None:
    again = quarantine.replay_all("no_event", "event", NOW)
    assert (again.accepted, again.refused) == (0, 3)
    assert [one.count for one in quarantine.reasons()] == [3, 1]
    assert inbox.last() == 1


def test_a_reason_that_is_mended_lets_all_in_by_source(database: Database, tmp_path: Path) -> None:
    inbox = Inbox.in_folder(tmp_path) if database.dialect == "sqlite" else Inbox(database)
    many = [{"event": "Read", "messageId": f"m{number}"} for number in range(PORTION + 5)]
    for start in range(0, len(many), 500):
        broken = [{**one, "timestamp": "soon"} for one in many[start : start + 500]]
        send(inbox, *broken, source="app" if start else "shop")
    with inbox._database.begin(ADA, NOW) as work:
        work.connection.exec_driver_sql(
            "UPDATE inbox_quarantine SET raw = "
            + (
                "convert_to(replace(convert_from(raw, 'UTF8'), 'soon', '2026-01-01T00:00:00Z'),"
                " 'UTF8')"
                if database.dialect == "postgresql"
                else "CAST(replace(CAST(raw AS TEXT), 'soon', '2026-01-01T00:00:00Z') AS BLOB)"
            )
        )
    done = inbox.quarantine.replay_all("invalid_time", "timestamp", NOW + DAY)
    assert (done.accepted, done.refused) == (len(many), 0)
    events = [event for _, events in inbox.after(0, 100_000) for event in events]
    assert {event.id for event in events} == {one["messageId"] for one in many}
    assert {event.source for event in events} == {"app", "shop"}
    assert {event.received for event in events} == {NOW}
    assert inbox.quarantine.reasons() == []
    assert inbox.quarantine.replay_all("invalid_time", "timestamp", NOW).accepted == 0
    inbox.close()


def test_who_gives_one_up_says_why(inbox: Inbox, quarantine: Quarantine) -> None:
    [item] = quarantine.items(code="invalid_time")
    with pytest.raises(Invalid, match="say why"):
        quarantine.discard(item.id, NOW, "  ", ADA)
    quarantine.discard(item.id, NOW + 5, "a test of ours", ADA)
    kept = quarantine.get(item.id)
    assert (kept.discarded, kept.discard_reason, kept.is_open) == (NOW + 5, "a test of ours", False)
    with pytest.raises(Conflict):
        quarantine.discard(item.id, NOW, "again", ADA)
    with pytest.raises(Conflict, match="a test of ours"):
        quarantine.replay(item.id, NOW, b"{}")
    assert quarantine.discard_all("no_event", "event", NOW, "old app", ADA) == 3
    assert quarantine.reasons() == []
    assert inbox.count_refused() == 0
    assert len(inbox.quarantined()) == 4, "they stay to be looked at"


def test_what_is_too_old_is_forgotten_with_its_reason(inbox: Inbox, quarantine: Quarantine) -> None:
    quarantine.discard_all("no_event", "event", NOW, "old app", ADA)
    inbox.forget(NOW + DAY, 0)
    assert inbox.quarantined() == []
    send(inbox, {"messageId": "z"})
    [item] = quarantine.items(only_open=True)
    assert item.message_id == "z"


def test_every_open_item_is_handed_on_oldest_first(quarantine: Quarantine) -> None:
    assert [one.message_id for one in quarantine.every("no_event", "event")] == ["a", "b", "c"]


def test_an_unknown_item_is_not_found(quarantine: Quarantine) -> None:
    for ask in (quarantine.get, lambda key: quarantine.discard(key, NOW, "why", ADA)):
        with pytest.raises(NotFound):
            ask(99)
