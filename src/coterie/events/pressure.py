"""Back-pressure: how much may wait before the door asks senders to come back later.

Three things have an end: the memory that holds what is being read, the road that carries what was
accepted, and the disk. Each is told apart, with the seconds after which trying again makes sense.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from coterie.core.clock import SECOND
from coterie.events.errors import Full

MEGABYTE = 1024**2
_LOOK_EVERY = 1 * SECOND
_SOON, _LATER, _MUCH_LATER = 1.0, 10.0, 60.0
"""Seconds: requests are answered in milliseconds, a road catches up, a disk is seen to."""

BACKLOG_FULL = ("backlog_full", "more events wait for the road than may wait", _LATER)
DISK_FULL = ("disk_full", "the disk is nearly full: the rest of it is left alone", _MUCH_LATER)


@dataclass(frozen=True)
class Bounds:
    """How much may wait: bytes of requests not answered yet, events not carried yet; and how many
    bytes of the disk are left alone.
    """

    request_bytes: int = 128 * MEGABYTE
    waiting_events: int = 5_000_000
    spare_bytes: int = 500 * MEGABYTE


NO_BOUNDS = Bounds(request_bytes=2**62, waiting_events=2**62, spare_bytes=0)


class Pressure:
    """Counts what waits, and refuses what would be too much.

    ``waiting(most)`` tells how many events wait for the road, exactly only where there are more
    than ``most``. It and the disk are looked at once a second, so that a flood may pass the bound
    by what is accepted in a second.
    """

    def __init__(
        self,
        bounds: Bounds = NO_BOUNDS,
        waiting: Callable[[int], int] = lambda _most: 0,
        folder: Path | None = None,
    ) -> None:
        self._bounds = bounds
        self._waiting = waiting
        self._folder = folder
        self._lock = Lock()
        self._bytes = 0
        self._looked_at: int | None = None
        self._found: tuple[str, str, float] | None = None

    @contextmanager
    def room(self, size: int, now: int) -> Iterator[None]:
        """Hold ``size`` bytes as long as a request is under way; raises Full."""
        self.check(now)
        with self._lock:
            if self._bytes and self._bytes + size > self._bounds.request_bytes:
                raise Full("too many requests at once", retry_after=_SOON, code="queue_full")
            self._bytes += size
        try:
            yield
        finally:
            with self._lock:
                self._bytes -= size

    def check(self, now: int) -> None:
        """Raise Full when the road or the disk has had enough."""
        if self._looked_at is None or not 0 <= now - self._looked_at < _LOOK_EVERY:
            self._looked_at = now
            self._found = self._look()
        if self._found is not None:
            code, reason, wait = self._found
            raise Full(reason, retry_after=wait, code=code)

    def _look(self) -> tuple[str, str, float] | None:
        most = self._bounds.waiting_events
        if self._waiting(most) > most:
            return BACKLOG_FULL
        if self._folder is not None:
            left = shutil.disk_usage(self._folder).free
            if left < self._bounds.spare_bytes:
                return DISK_FULL
        return None
