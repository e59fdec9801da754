"""Keep the errands running: one process at a time, named by a lease of their own."""

import os
import socket
import uuid
from threading import Event as Flag
from threading import Thread

import structlog

from coterie.core.actor import CLOCK
from coterie.core.clock import SECOND, Clock, SystemClock
from coterie.core.errors import Conflict
from coterie.roads.contacts.service import Contacts
from coterie.storage import leases
from coterie.storage.leases import Lease

LEASE_NAME = "contacts"
TICK_SECONDS = 1.0
LEASE = 6 * SECOND
"""So soon another process takes over from one that was killed: a welcome's code lasts 20 s."""
RENEWED = 2 * SECOND
"""How old the lease may grow before it is renewed."""

log = structlog.get_logger(__name__)


class ContactsRunner:
    """Runs a house's errands while it holds their lease, at least once a second.

    ``clock`` is the house's; the lease is in the machine's time.
    """

    def __init__(self, contacts: Contacts, clock: Clock) -> None:
        self._contacts = contacts
        self._clock = clock
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._machine = SystemClock()
        self._held: Lease | None = None

    def start(self, stop: Flag) -> Thread:
        """Start the thread in which it runs until told to stop."""
        thread = Thread(target=self.run, args=(stop,), name="contacts", daemon=True)
        thread.start()
        return thread

    def run(self, stop: Flag) -> None:
        """Run until told to stop, then give the lease back."""
        while not stop.is_set():
            more = False
            try:
                more = self.turn()
            except Conflict as error:
                log.warning("errands handed over", reason=error.message)
            except Exception:
                log.exception("errands stumbled; trying again")
            if not more:
                self._contacts.await_poke(TICK_SECONDS)
        self.release()

    def turn(self) -> bool:
        """Let the errands do a portion each, unless another process runs them; say if more waits.

        Raises Conflict when another process took the lease meanwhile.
        """
        return self._holds() and self._contacts.run(self._clock.now(), self._keep)

    def _keep(self) -> None:
        """Keep the lease while errands run."""
        if not self._holds():
            raise Conflict("another process runs the errands now; stopping here")

    def _holds(self) -> bool:
        """Take the lease, or renew it when it has grown old; say whether it is ours."""
        now, held = self._machine.now(), self._held
        if held is None or now > held.until - LEASE + RENEWED:
            with self._contacts.database.begin(CLOCK, now) as work:
                self._held = leases.take(work, LEASE_NAME, self._owner, now, LEASE)
        return self._held is not None

    def release(self) -> None:
        """Give the lease back, so that the next process need not wait for its end."""
        if self._held is not None:
            with self._contacts.database.begin(CLOCK, self._machine.now()) as work:
                leases.release(work, self._held)
            self._held = None
