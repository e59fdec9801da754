"""Keep the roads running: one process at a time, named by a lease; others stand by."""

import os
import socket
import uuid
from threading import Event as Flag
from typing import Protocol

import structlog

from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR, SECOND, Clock, SystemClock
from coterie.core.errors import Conflict
from coterie.storage import leases
from coterie.storage.database import Database
from coterie.storage.leases import Lease

TICK_SECONDS = 1.0
LEASE = 15 * SECOND
_LONGEST_BACK_OFF = 30.0

log = structlog.get_logger(__name__)


class Roads(Protocol):
    """What the runner drives."""

    @property
    def db(self) -> Database:
        """Holds the lease."""
        ...

    @property
    def clock(self) -> Clock:
        """The house's clock."""
        ...

    def settle(self, now: int, lease: Lease | None = None) -> None:
        """Run both roads at a moment until nothing is left to do."""
        ...

    def tidy(self, now: int) -> None:
        """Keep the stores in shape."""
        ...

    def await_poke(self, seconds: float) -> None:
        """Wait until something comes in, or so many seconds at most."""
        ...


class RoadRunner:
    """Runs the roads of one house while it holds the lease; at least once a second.

    The lease is in the machine's time, so that a house whose clock stands elsewhere hands over
    all the same. An unexpected fault is logged and tried again, ever more slowly: what is sealed
    is carried when the cause is mended.
    """

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._machine = SystemClock()
        self._tidied = roads.clock.now()

    def run(self, stop: Flag) -> None:
        """Run until told to stop, then give the lease back."""
        failures = 0
        lease: Lease | None = None
        while not stop.is_set():
            try:
                lease = self._lease()
                if lease is not None:
                    self._roads.settle(self._roads.clock.now(), lease)
                    self._tidy()
                failures = 0
            except Conflict as error:
                log.warning("road handed over", reason=error.message)
            except Exception:
                failures += 1
                log.exception("road stumbled; trying again", failures=failures)
            self._roads.await_poke(_pause(failures))
        if lease is not None:
            with self._roads.db.begin(CLOCK, self._machine.now()) as work:
                leases.release(work, lease)

    def _tidy(self) -> None:
        now = self._roads.clock.now()
        if now >= self._tidied + HOUR:
            self._roads.tidy(now)
            self._tidied = now

    def _lease(self) -> Lease | None:
        now = self._machine.now()
        with self._roads.db.begin(CLOCK, now) as work:
            return leases.take(work, "road", self._owner, now, LEASE)


def _pause(failures: int) -> float:
    # the exponent is bounded: after many hours of faults no float could hold the power
    return min(TICK_SECONDS * 2.0 ** min(failures, 16), _LONGEST_BACK_OFF)
