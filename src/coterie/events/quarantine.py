"""The quarantine: what the door refused, kept with its reason until somebody decides on it.

An item is read anew, as it was or mended, or given up with a reason. It lies in the inbox's
database, because what is read anew goes into the inbox in the same commit.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from coterie.core.actor import CLOCK, Actor
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.events import inbox_store
from coterie.events.calls import read_item
from coterie.events.model import Envelope, Quarantined, RefusedFor, Replayed
from coterie.storage.database import Database
from coterie.storage.work import Work

PORTION = 1_000
"""Items that are read anew in one commit."""

_encoder = msgspec.json.Encoder()
_envelope_decoder = msgspec.json.Decoder(Envelope)


class Quarantine:
    """Refused items over the inbox's database; the inbox makes its tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def items(
        self, limit: int = 100, offset: int = 0, *, code: str | None = None,
        path: str | None = None, only_open: bool = False,
    ) -> list[Quarantined]:  # fmt: skip
        """Return refused items, newest first: all, or those of one code and faulty field."""
        with self._database.read(CLOCK, 0) as work:
            rows = inbox_store.quarantined(work, limit, offset, code, path, only_open=only_open)
        return [_item(row) for row in rows]

    def get(self, quarantined: int) -> Quarantined:
        """Return one item; raises NotFound."""
        with self._database.read(CLOCK, 0) as work:
            row = inbox_store.one_quarantined(work, quarantined)
        if row is None:
            raise NotFound(f"nothing in quarantine has id {quarantined}")
        return _item(row)

    def reasons(self) -> list[RefusedFor]:
        """Group the open items by why they were refused, the largest group first."""
        with self._database.read(CLOCK, 0) as work:
            return [RefusedFor(**row._mapping) for row in inbox_store.reasons(work)]

    def every(self, code: str, path: str) -> Iterator[Quarantined]:
        """Yield the open items of one reason, oldest first, a portion of them in memory."""
        after = 0
        while True:
            with self._database.read(CLOCK, 0) as work:
                rows = inbox_store.next_open(work, after, PORTION, code, path)
            yield from map(_item, rows)
            if len(rows) < PORTION:
                return
            after = rows[-1].id

    def replay(self, quarantined: int, now: int, corrected: bytes | None = None) -> int:
        """Read an item anew, in its ``corrected`` form if given; return its inbox id.

        It keeps the moment it was received at. Raises Invalid when it is still wrong (it stays in
        quarantine), NotFound for an unknown id, Conflict when somebody has decided on it before.
        """
        with self._database.begin(CLOCK, now) as work:
            inbox_store.lock(work)
            row = inbox_store.one_quarantined(work, quarantined)
            if row is None:
                raise NotFound(f"nothing in quarantine has id {quarantined}")
            if row.replayed is not None:
                raise Conflict(f"item {quarantined} was replayed before; once is enough")
            if row.discarded is not None:
                raise Conflict(f"item {quarantined} was given up: {row.discard_reason}")
            event = _read(row, now, corrected)
            inbox_store.mark_replayed(work, [quarantined])
            return inbox_store.add(work, row.source, 1, _encoder.encode([event]))

    def replay_all(self, code: str, path: str, now: int) -> Replayed:
        """Read every open item of one reason anew, as it was; what is still wrong stays.

        For when the sender, or the rule that refused, was mended. A portion is one commit.
        """
        accepted = refused = after = 0
        while True:
            with self._database.begin(CLOCK, now) as work:
                inbox_store.lock(work)
                rows = inbox_store.next_open(work, after, PORTION, code, path)
                entered = self._enter(work, rows, now)
            accepted += entered
            refused += len(rows) - entered
            if len(rows) < PORTION:
                return Replayed(accepted, refused)
            after = rows[-1].id

    def _enter(self, work: Work, rows: list[Any], now: int) -> int:
        """Put what can be read now into the inbox, one request a source; return how many."""
        by_source: dict[str, list[Event]] = {}
        entered: list[int] = []
        for row in rows:
            try:
                event = _read(row, now, None)
            except Invalid:
                continue
            by_source.setdefault(row.source, []).append(event)
            entered.append(row.id)
        inbox_store.mark_replayed(work, entered)
        for source, events in by_source.items():
            inbox_store.add(work, source, len(events), _encoder.encode(events))
        return len(entered)

    def discard(self, quarantined: int, now: int, reason: str, actor: Actor) -> None:
        """Give one item up; raises Invalid without a reason, Conflict when it is not open."""
        if not self._discard([quarantined], now, reason, actor):
            self.get(quarantined)
            raise Conflict(f"somebody has decided on item {quarantined} before")

    def discard_all(self, code: str, path: str, now: int, reason: str, actor: Actor) -> int:
        """Give every open item of one reason up; return how many. Raises Invalid without one."""
        with self._database.read(CLOCK, 0) as work:
            keys = inbox_store.open_ids(work, code, path)
        return self._discard(keys, now, reason, actor)

    def _discard(self, keys: list[int], now: int, reason: str, actor: Actor) -> int:
        said = " ".join(reason.split())
        if not said:
            raise Invalid("say why it is given up", path="reason", code="no_reason")
        with self._database.begin(CLOCK, now) as work:
            return inbox_store.discard(work, keys, said, str(actor))


def _read(row: Any, now: int, corrected: bytes | None) -> Event:
    raw = row.raw if corrected is None else corrected
    return read_item(row.call, raw, _envelope_decoder.decode(row.envelope), now)


def _item(row: Any) -> Quarantined:
    return Quarantined(
        id=row.id,
        received=row.received,
        source=row.source,
        call=row.call,
        message_id=row.message_id,
        code=row.code,
        reason=row.reason,
        path=row.path,
        raw=row.raw,
        replayed=row.replayed,
        discarded=row.discarded,
        discard_reason=row.discard_reason or "",
    )
