"""Group commit: requests that arrive together become durable together.

A commit waits for the disk some tenths of a millisecond whatever it holds. So one writer takes all
that waits at once into one transaction, and whoever handed something over is told when the
transaction that holds it is on the disk: never before, and never because of somebody else's fault.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread

from coterie.core.errors import Unavailable
from coterie.events.model import Refused

MOST_REQUESTS = 500
"""In one commit: SQLite and PostgreSQL are no faster beyond, and those who wait wait longer."""
MOST_BYTES = 8_000_000


@dataclass(frozen=True)
class Entry:
    """What one request leaves in the inbox: its events, encoded, and its refused items.

    ``total`` counts the events; ``envelope``, encoded, is what the refused need to be read again.
    """

    received: int
    source: str
    total: int
    events: bytes
    refused: Sequence[Refused] = ()
    envelope: bytes = b""

    @property
    def size(self) -> int:
        """How many bytes it takes, more or less."""
        return len(self.events) + sum(len(item.raw) + 500 for item in self.refused)


Write = Callable[[Sequence[Entry]], list[int]]
"""Writes entries in one durable transaction, in order; returns the id of each."""

Waiting = tuple[Entry, "Future[int]"]


@dataclass
class Group:
    """Collects entries and commits them in turn, from a thread that starts with the first.

    Entries are written in the order in which they came in. When a transaction fails, each of its
    entries is tried alone, so that only those fail that would have failed anyway.
    """

    write: Write
    _waiting: deque[Waiting] = field(default_factory=deque)
    _changed: Condition = field(default_factory=Condition)
    _thread: Thread | None = None
    _closing: bool = False

    def enter(self, entry: Entry) -> "Future[int]":
        """Hand an entry over; the future holds its id once it is on the disk."""
        told: Future[int] = Future()
        told.set_running_or_notify_cancel()  # who stops waiting stops nothing
        with self._changed:
            if self._closing:
                raise Unavailable("the house is closing", retry_after=5)
            if not entry.total and not entry.refused:  # nothing to keep: nothing to wait for
                told.set_result(0)
                return told
            self._waiting.append((entry, told))
            if self._thread is None:
                self._thread = Thread(target=self._run, name="inbox", daemon=True)
                self._thread.start()
            self._changed.notify()
        return told

    def close(self) -> None:
        """Commit what waits, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                taken = self._take()
            if not taken:
                return
            self._commit(taken)

    def _take(self) -> list[Waiting]:
        taken: list[Waiting] = []
        size = 0
        while self._waiting and len(taken) < MOST_REQUESTS and size < MOST_BYTES:
            one = self._waiting.popleft()
            taken.append(one)
            size += one[0].size
        return taken

    def _commit(self, taken: list[Waiting]) -> None:
        try:
            ids = self.write([entry for entry, _ in taken])
        except Exception as error:
            if len(taken) == 1:
                taken[0][1].set_exception(error)
                return
            for one in taken:
                self._commit([one])
            return
        for (_, told), key in zip(taken, ids, strict=True):
            told.set_result(key)
