"""Who ever did something, kept in memory: read whole once, then only what came since."""

from threading import Lock

import numpy as np
from pyroaring import BitMap

from coterie.analytics.book import store
from coterie.core.clock import HOUR
from coterie.core.people import Heads
from coterie.events.log import Log
from coterie.storage.work import Work


class Doers:
    """A bitmap of everybody of whom any behaviour was told: megabytes at millions of people.

    Whoever merges takes it to her head at once; only people taken apart again are told apart with
    the next whole reading, an hour later at most.
    """

    def __init__(self, log: Log, heads: Heads[Work]) -> None:
        self._log = log
        self._heads = heads
        self._lock = Lock()
        self._read_whole: int | None = None
        self._seen = 0
        self._people = BitMap()

    def read(self, work: Work) -> BitMap:
        """Return everybody who did anything; among them may be people who are known no more."""
        with self._lock:
            if self._read_whole is None or not 0 <= work.now - self._read_whole < HOUR:
                self._read_whole, self._seen, self._people = work.now, 0, BitMap()
            found, self._seen = store.doers(work, self._log, self._seen)
            self._people |= found
            led = self._heads.led(work)
            did = np.isin(led.profiles, np.array(self._people.to_array(), np.uint32))
            self._people |= BitMap(led.heads[did].astype(np.uint32))
            return self._people.copy()
