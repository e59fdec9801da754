"""Run the errands of a house: the urgent ones after each of the others, each for itself.

An errand that breaks rests for a while and the others go on: a fault in one room must not cost a
customer her welcome.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import RLock

import structlog

from coterie.core.clock import SECOND
from coterie.roads.contacts.ports import Errand
from coterie.storage.database import Database
from coterie.storage.work import Work

_LONGEST_REST = 60 * SECOND

log = structlog.get_logger(__name__)


def _nothing() -> None:
    """Hold no lease: nobody else runs these errands."""


@dataclass
class _Fault:
    """How often in a row an errand broke, until when it rests, and over what."""

    error: Exception
    times: int
    until: int


@dataclass
class Contacts:
    """The errands of one house, in order. ``urgent`` ones run again after each that took time."""

    database: Database
    urgent: Sequence[Errand]
    others: Sequence[Errand]
    _faults: dict[str, _Fault] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._running = RLock()
        self._poked = Flag()

    @property
    def errands(self) -> list[Errand]:
        """All errands, the urgent ones first."""
        return [*self.urgent, *self.others]

    @property
    def stumbled(self) -> dict[str, Exception]:
        """What the errands that broke last broke over; one that has run since is not among them."""
        return {name: fault.error for name, fault in self._faults.items()}

    def run(self, now: int, keep: Callable[[], None] = _nothing) -> bool:
        """Let every errand do a portion; say whether any did something, so that more may wait.

        ``keep`` is called between them, and stops them by raising: the lease has gone to another.
        """
        with self._running:
            done = self._hurry(now)
            for errand in self.others:
                keep()
                if self._run(errand, now):  # it took its time, so something may have come
                    done = True
                    self._hurry(now)
            return done

    def run_out(self, now: int) -> bool:
        """Run until no errand has anything to do; say whether any did something."""
        done = False
        while self.run(now):
            done = True
        return done

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which time alone gives an errand something to do."""
        dues = [self._due(errand, work) for errand in self.errands]
        return min((due for due in dues if due is not None), default=None)

    def poke(self) -> None:
        """Wake the errands: a callback came in, or somebody asked for something."""
        self._poked.set()

    def await_poke(self, seconds: float) -> None:
        """Wait until somebody pokes, or so many seconds at most."""
        self._poked.wait(seconds)
        self._poked.clear()

    def _hurry(self, now: int) -> bool:
        done = False
        for errand in self.urgent:
            done |= self._run(errand, now)
        return done

    def _run(self, errand: Errand, now: int) -> bool:
        fault = self._faults.get(errand.name)
        if fault is not None and now < fault.until:
            return False
        try:
            done = errand.run(now)
        except Exception as error:
            times = fault.times + 1 if fault is not None else 1
            rest = min(SECOND * 2 ** min(times, 16), _LONGEST_REST)
            self._faults[errand.name] = _Fault(error, times, now + rest)
            log.exception("errand stumbled; the others go on", errand=errand.name, times=times)
            return False
        self._faults.pop(errand.name, None)
        return done

    def _due(self, errand: Errand, work: Work) -> int | None:
        due = errand.next_due(work)
        fault = self._faults.get(errand.name)
        return due if due is None or fault is None else max(due, fault.until)
