"""Callbacks -> mirror: a batch in one transaction, with what became of each.

What only a read tells is asked for by the errand after this one, so that nothing here waits for
the platform.
"""

from collections.abc import Sequence

import structlog

from coterie.channels.wecom.inbox.model import Callback
from coterie.channels.wecom.inbox.service import Callbacks
from coterie.channels.wecom.mirror.applying import hear
from coterie.channels.wecom.mirror.ports import Welcomed
from coterie.core.actor import CLOCK
from coterie.core.clock import SECOND
from coterie.core.errors import CoterieError
from coterie.roads.contacts.ground import Ground
from coterie.storage.work import Work

BATCH = 300
SOON = 2 * SECOND
"""Changes of the address book come in bursts: they are read together, so long after the first."""

log = structlog.get_logger(__name__)


class TakingIn:
    """The errand of callbacks. ``welcomed`` hears who was added, in the same transaction."""

    name = "callbacks"

    def __init__(self, ground: Ground, callbacks: Callbacks, welcomed: Welcomed) -> None:
        self._ground = ground
        self._callbacks = callbacks
        self._welcomed = welcomed

    def run(self, now: int) -> bool:
        """Take in one batch; what breaks it is found out one by one, and laid aside."""
        with self._ground.database.read(CLOCK, now) as work:
            due = self._callbacks.next_due(work)
        if due is None or due > now:
            return False
        try:
            with self._ground.database.begin(CLOCK, now) as work:
                some = self._callbacks.pending(work, BATCH)
                self._take(work, some)
        except Exception:
            log.exception("a batch of callbacks broke; taking them in one by one")
            with self._ground.database.begin(CLOCK, now) as work:
                some = self._callbacks.pending(work, BATCH)
            for one in some:
                self._take_alone(one, now)
        return bool(some)

    def next_due(self, work: Work) -> int | None:
        """Return when a callback is to be taken in."""
        return self._callbacks.next_due(work)

    def _take(self, work: Work, some: Sequence[Callback]) -> None:
        heard = hear(some)
        self._welcomed(work, heard.came)
        self._ground.mirror.take_in(work, heard)
        if heard.left:
            gone = [one.userid for one in self._ground.mirror.staff.left(work, heard.left)]
            self._ground.tell(work, self._ground.staff.changed(work, [], gone))
        needs = {"staff": heard.staff, "tags": heard.tags}
        self._ground.mirror.syncs.need(
            work, [name for name, is_so in needs.items() if is_so], work.now + SOON
        )
        self._callbacks.done(work, [one.id for one in some])

    def _take_alone(self, one: Callback, now: int) -> None:
        try:
            with self._ground.database.begin(CLOCK, now) as work:
                self._take(work, [one])
        except Exception as error:
            said = error.message if isinstance(error, CoterieError) else type(error).__name__
            log.exception("a callback could not be taken in", callback=one.id)
            with self._ground.database.begin(CLOCK, now) as work:
                self._callbacks.failed(work, one.id, said)
