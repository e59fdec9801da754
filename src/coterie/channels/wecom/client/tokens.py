"""One token an app, for all threads and processes: whoever finds it over asks, the others wait.

The token lies in the database, sealed. A process remembers it; when WeCom refuses it, the
database is looked at first, for another process may have a newer one. Only the holder of a lease
asks WeCom, so that an expiry brings one request and no stampede, which WeCom answers with 45033.
"""

import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from coterie.channels.wecom.client import store
from coterie.channels.wecom.client.sealing import Safe
from coterie.core.actor import CLOCK
from coterie.core.clock import SECOND, Clock, SystemClock
from coterie.core.errors import Unavailable
from coterie.storage import leases
from coterie.storage.database import Database
from coterie.storage.leases import Lease

Fetch = Callable[[], tuple[str, int]]
"""Asks WeCom for a new one; returns it and how many seconds it is good for."""
_POLL = 0.05
_LEASE = 30 * SECOND


@dataclass(frozen=True)
class Pass:
    """A token or ticket, and until when it is good by the house's clock."""

    text: str
    until: int


class Passes:
    """One kind of pass of one app."""

    def __init__(
        self,
        db: Database,
        safe: Safe,
        app: str,
        kind: str,
        fetch: Fetch,
        clock: Clock,
        pause: Callable[[float], None],
    ) -> None:
        self._db, self._safe, self._app, self._kind = db, safe, app, kind
        self._fetch, self._clock, self._pause = fetch, clock, pause
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._machine = SystemClock()
        self._lock = Lock()
        self._known: Pass | None = None

    def current(self, refused: str = "") -> Pass:
        """Return one that is good, and not the one that WeCom ``refused``.

        Raises ChannelError when WeCom gives none.
        """
        known = self._known
        if known is not None and self._good(known, refused):
            return known
        with self._lock:
            if self._known is None or not self._good(self._known, refused):
                self._known = self._kept(refused) or self._renewed(refused)
            return self._known

    def _good(self, one: Pass, refused: str) -> bool:
        return one.text != refused and one.until > self._clock.now()

    def _kept(self, refused: str) -> Pass | None:
        """Look whether the database has a good one."""
        with self._db.read(CLOCK, self._clock.now()) as work:
            row = store.read(work, self._app, self._kind)
        text = None if row is None else self._safe.open(self._app, self._kind, row[0])
        if row is None or text is None:
            return None
        kept = Pass(text, row[2])
        return kept if self._good(kept, refused) else None

    def _renewed(self, refused: str) -> Pass:
        """Ask for a new one under the lease, or wait for whoever holds it."""
        for _ in range(2 * _LEASE // int(_POLL * SECOND)):
            lease = self._lease()
            if lease is not None:
                return self._asked(lease, refused)
            self._pause(_POLL)
            kept = self._kept(refused)
            if kept is not None:
                return kept
        raise Unavailable("another process has been asking WeCom for its token for a minute")

    def _asked(self, lease: Lease, refused: str) -> Pass:
        try:
            kept = self._kept(refused)  # its former holder may have been quicker
            if kept is not None:
                return kept
            now = self._clock.now()
            text, seconds = self._fetch()
            new = Pass(text, now + seconds * SECOND)
            with self._db.begin(CLOCK, now) as work:
                sealed = self._safe.seal(self._app, self._kind, text)
                store.keep(work, self._app, self._kind, sealed, new.until)
            return new
        finally:
            with self._db.begin(CLOCK, self._machine.now()) as work:
                leases.release(work, lease)

    def _lease(self) -> Lease | None:
        now = self._machine.now()
        name = f"wecom:{self._kind}:{self._app}"
        with self._db.begin(CLOCK, now) as work:
            return leases.take(work, name, self._owner, now, _LEASE)
