"""Whose events the door lets in no more: asked for every event, so answered from memory."""

from collections.abc import Collection
from threading import Lock

from coterie.core.actor import CLOCK
from coterie.core.clock import SECOND, SystemClock
from coterie.profiles.erasure.model import Identity
from coterie.profiles.erasure.service import Erasures
from coterie.storage.database import Database

LOOK_EVERY = SECOND
"""Another process may have erased somebody: the stamp is looked at so often. What slips in until
then is not carried: the road asks again, in its transaction."""


class Suppressing:
    """The door's question, answered. ``machine`` tells real time, never a demo's."""

    def __init__(self, database: Database, erasures: Erasures) -> None:
        self._database = database
        self._erasures = erasures
        self._machine = SystemClock()
        self._lock = Lock()
        self._looked = 0

    def __call__(self, identities: Collection[Identity]) -> Collection[Identity]:
        """Return those of these identities whose person was erased."""
        now = self._machine.now()
        with self._lock:
            is_old = now >= self._looked + LOOK_EVERY
            if is_old:
                self._looked = now
        if is_old or self._erasures.is_stale:
            with self._database.read(CLOCK, now) as work:
                self._erasures.refresh(work)
        return self._erasures.suppressed(identities)
