"""The inbox: an append-only store of accepted requests, apart from the road's database.

So accepting never waits for the road, and a batch that was answered with 200 is on the disk. The
road reads it in order by id and keeps its own offset. A row holds the valid events of one request,
encoded, so that carrying does not validate again. What was refused lies in quarantine beside it.
Requests that come together share a commit (``group``). Both hold what people sent, identifying
values included: ``forget`` is their retention, ``erase`` takes one person out.
"""

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from pathlib import Path

import msgspec

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.events import inbox_store
from coterie.events.erasing import Erased, Eraser, search
from coterie.events.group import Entry, Group
from coterie.events.model import Backlog, Envelope, Quarantined, Refused
from coterie.events.quarantine import Quarantine
from coterie.events.wire import MAX_EVENTS
from coterie.storage.database import Database

_encoder = msgspec.json.Encoder()
_events_decoder = msgspec.json.Decoder(list[Event])


class Inbox:
    """Accepted events in the order of their arrival, and the quarantine of refused ones.

    ``database`` is a SQLite file of the inbox's own, or the operational PostgreSQL database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.quarantine = Quarantine(database)
        inbox_store.prepare(database)
        self._group = Group(self._write)

    @classmethod
    def in_folder(cls, folder: Path) -> "Inbox":
        """Open the SQLite inbox of a data folder."""
        return cls(Database(f"sqlite:///{folder / 'inbox.db'}"))

    def enter(
        self,
        received: int,
        source: str,
        events: Sequence[Event],
        refused: Sequence[Refused] = (),
        envelope: Envelope | None = None,
    ) -> "Future[int]":
        """Hand one request over; the future holds its id, 0 when no event was valid.

        It does so once the commit that holds the request is on the disk. ``envelope`` is what the
        refused items need to be read again.
        """
        shared = _encoder.encode(envelope or Envelope(source, received)) if refused else b""
        encoded = _encoder.encode(events) if events else b""
        return self._group.enter(Entry(received, source, len(events), encoded, refused, shared))

    def put(
        self,
        received: int,
        source: str,
        events: Sequence[Event],
        refused: Sequence[Refused] = (),
        envelope: Envelope | None = None,
    ) -> int:
        """Hand one request over and wait until it is on the disk; return its id."""
        return self.enter(received, source, events, refused, envelope).result()

    def _write(self, entries: Sequence[Entry]) -> list[int]:
        with self._database.begin(CLOCK, entries[0].received) as work:
            inbox_store.lock(work)
            for entry in entries:
                inbox_store.quarantine(work, entry)
            return inbox_store.add_all(work, entries)

    def reach(self, offset: int, max_events: int) -> int:
        """Return the id up to which the next whole requests make ``max_events``.

        At least one request is reached if there is any; without one it is ``offset`` itself.
        """
        with self._database.read(CLOCK, 0) as work:
            until, total = offset, 0
            for key, count in inbox_store.sizes_after(work, offset, max_events):
                if total and total + count > max_events:
                    break
                until, total = key, total + count
        return until

    def between(self, offset: int, until: int) -> list[tuple[int, list[Event]]]:
        """Return the requests after ``offset`` up to ``until``, in order, by id."""
        with self._database.read(CLOCK, 0) as work:
            rows = inbox_store.between(work, offset, until)
        return [(key, _events_decoder.decode(events)) for key, events in rows]

    def after(self, offset: int, max_events: int) -> list[tuple[int, list[Event]]]:
        """Return the next requests, whole: as many as make ``max_events``, at least one if any."""
        return self.between(offset, self.reach(offset, max_events))

    def last(self) -> int:
        """Return the id of the newest request, 0 when there is none."""
        with self._database.read(CLOCK, 0) as work:
            return inbox_store.last(work)

    def forget(self, before: int, upto: int) -> int:
        """Delete what was received before a moment; return how many rows.

        Requests go only up to the id ``upto`` (what the road has carried); quarantined items go
        by age alone.
        """
        with self._database.begin(CLOCK, before) as work:
            return inbox_store.forget(work, before, upto)

    def waiting(self, carried: int, most: int) -> int:
        """Return how many events wait behind the newest request that the road has carried.

        Where there cannot be more than ``most`` of them, no more than that is said.
        """
        with self._database.read(CLOCK, 0) as work:
            requests = inbox_store.last(work) - carried
            if requests * MAX_EVENTS <= most:
                return max(0, requests)
            return inbox_store.backlog(work, carried)[1]

    def backlog(self, carried: int) -> Backlog:
        """Return what waits behind the newest request that the road has carried."""
        with self._database.read(CLOCK, 0) as work:
            return Backlog(*inbox_store.backlog(work, carried))

    def count_refused(self) -> int:
        """Count what lies in quarantine and was not replayed."""
        with self._database.read(CLOCK, 0) as work:
            return inbox_store.count_refused(work)

    def quarantined(self, limit: int = 100, offset: int = 0) -> list[Quarantined]:
        """Return refused items, newest first."""
        return self.quarantine.items(limit, offset)

    def replay(self, quarantined: int, now: int, corrected: bytes | None = None) -> int:
        """Read a refused item anew, in its ``corrected`` form if given; return its inbox id.

        It keeps the moment it was received at. Raises Invalid when it is still wrong (it stays in
        quarantine), NotFound for an unknown id, Conflict when somebody has decided on it before.
        """
        return self.quarantine.replay(quarantined, now, corrected)

    def erase(self, identities: Collection[tuple[str, str]]) -> Erased:
        """Take a person out, carried or waiting: her events, and what names her elsewhere.

        ``identities`` are (kind, value); see ``erasing`` for what goes and what is blanked. Ids of
        requests stay, so that the road's offset does. Nothing is left in the file's free pages or
        its write-ahead log.
        """
        return Eraser(self._database, identities).run()

    def search(self, texts: Collection[str]) -> dict[str, int]:
        """Count the requests and quarantined items in which each of these texts is to be found."""
        return search(self._database, texts)

    def close(self) -> None:
        """Commit what waits and close the connections."""
        self._group.close()
        self._database.close()
