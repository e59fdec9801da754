"""Take a person out of the inbox and the quarantine, and prove it.

Requests are rewritten with their id, so that the road's offset keeps its meaning; an item of the
quarantine that names her goes whole. Afterwards no page and no log of the database holds the old.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.events import inbox_store
from coterie.events.named import Identity, Names
from coterie.storage.database import Database

PORTION = 200
"""Requests that are read, and rewritten, in one transaction."""

_encoder = msgspec.json.Encoder()
_events_decoder = msgspec.json.Decoder(list[Event])


@dataclass(frozen=True)
class Erased:
    """What was taken out: her events, other people's that named her, items of the quarantine."""

    events: int
    blanked: int
    quarantined: int


class Eraser:
    """Takes one person out of one inbox. Doing it again changes nothing."""

    def __init__(self, database: Database, identities: Collection[Identity]) -> None:
        self._database = database
        self._names = Names(identities)

    def run(self) -> Erased:
        """Rewrite the requests, delete the items, and leave nothing in free pages or the log."""
        events = blanked = 0
        for keys in _portions(self._database, inbox_store.request_ids):
            gone, changed = self._rewrite(keys)
            events += gone
            blanked += changed
        quarantined = sum(
            self._discard(keys) for keys in _portions(self._database, inbox_store.quarantine_ids)
        )
        if events or blanked or quarantined:
            inbox_store.scrub(self._database)
        return Erased(events, blanked, quarantined)

    def _rewrite(self, keys: list[int]) -> tuple[int, int]:
        gone = changed = 0
        rewritten: list[tuple[int, int, bytes]] = []
        with self._database.begin(CLOCK, 0) as work:
            for key, raw in inbox_store.requests(work, keys):
                if not self._names.may_be_in(raw):
                    continue
                events = _events_decoder.decode(raw)
                others = [event for event in events if not self._names.carried(event)]
                left = [self._names.blanked_event(event) for event in others]
                rewritten.append((key, len(left), _encoder.encode(left)))
                gone += len(events) - len(left)
                changed += sum(one != other for one, other in zip(left, others, strict=True))
            inbox_store.rewrite(work, rewritten)
        return gone, changed

    def _discard(self, keys: list[int]) -> int:
        with self._database.begin(CLOCK, 0) as work:
            found = [row.id for row in inbox_store.quarantine_texts(work, keys) if self._is_in(row)]
            inbox_store.delete_quarantined(work, found)
        return len(found)

    def _is_in(self, row: Any) -> bool:
        if self._names.in_text(row.message_id or "") or self._names.in_text(row.reason):
            return True
        return any(_names(self._names, raw) for raw in (row.raw, row.envelope))


def search(database: Database, texts: Collection[str]) -> dict[str, int]:
    """Count the requests and the quarantined items in which each text is to be found."""
    found = {}
    for text in texts:
        names = Names([("", text)])
        count = 0
        for keys in _portions(database, inbox_store.request_ids):
            with database.read(CLOCK, 0) as work:
                count += sum(_names(names, raw) for _, raw in inbox_store.requests(work, keys))
        for keys in _portions(database, inbox_store.quarantine_ids):
            with database.read(CLOCK, 0) as work:
                count += sum(
                    names.in_text(row.message_id or "")
                    or names.in_text(row.reason)
                    or _names(names, row.raw)
                    or _names(names, row.envelope)
                    for row in inbox_store.quarantine_texts(work, keys)
                )
        found[text] = count
    return found


def _names(names: Names, raw: bytes) -> bool:
    """Say whether bytes name her, as they stand or once their JSON is decoded."""
    if names.may_be_in(raw):
        return True
    if b"\\" not in raw:
        return False
    try:
        return names.in_value(msgspec.json.decode(raw))
    except (msgspec.DecodeError, RecursionError):
        return False


def _portions(database: Database, read: Any) -> Iterator[list[int]]:
    after = 0
    while True:
        with database.read(CLOCK, 0) as work:
            keys = read(work, after, PORTION)
        if not keys:
            return
        yield keys
        after = keys[-1]
