"""The inbox of callbacks: keep each once, hand them out in order, remember what became of them."""

from collections.abc import Collection, Sequence
from typing import Any

from coterie.channels.wecom.inbox import store
from coterie.channels.wecom.inbox.box.service import Box
from coterie.channels.wecom.inbox.box.store import Boxed
from coterie.channels.wecom.inbox.model import (
    Callback,
    Happening,
    Kept,
    Latency,
    State,
    Unknown,
    Wanted,
)
from coterie.channels.wecom.inbox.reading import read
from coterie.core.clock import HOUR, MINUTE, SECOND
from coterie.core.errors import Invalid, NotFound
from coterie.storage import audit
from coterie.storage.work import Work

PAUSES = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR)
"""Between the tries of one callback; after the last it is laid aside as failed."""
ERASED = "erased"
"""What stands in place of a customer's id once she was erased."""
_PORTION = 1_000
_MOVED = "wecom.moved"
"""How many a unit of work has moved into the table that the box has not let go of yet."""
_RECENT = 1_000
_LATE = 5 * SECOND


class Callbacks:
    """What WeCom called back, for one house.

    The order in which callbacks come is not that in which things happened; ``pending`` keeps the
    order of arrival for each customer and each group, and tells the moment of each.
    """

    def __init__(self, box: Box) -> None:
        self.box = box

    def take(self, xml: bytes, now: int) -> str:
        """Keep an opened callback at the door, before WeCom is answered; return its hash."""
        return self.box.put(xml, now)

    def pending(self, work: Work, limit: int = 200) -> list[Callback]:
        """Return the callbacks whose turn it is, for a unit of work that settles them.

        First the box is emptied into the table, where what came twice is one.
        """
        self._gather(work)
        found = []
        for row in store.pending(work, limit):
            happening, state, reason = _understood(row.xml)
            if state == "waiting":
                told = (row.id, row.hash, row.came, row.at, row.of, happening, row.tries)
                found.append(Callback(*told))
            else:  # played again, and still not to be read
                store.settle(work, [row.id], state, reason)
        return found

    def done(self, work: Work, ids: Collection[int], note: str = "") -> None:
        """Say that callbacks were applied; ``note`` may tell what there was to say of it."""
        store.settle(work, ids, "done", note)

    def failed(self, work: Work, key: int, reason: str, *, retry: bool = True) -> bool:
        """Say that a callback could not be applied; return whether it will be tried again.

        While it waits for that, the later ones of the same customer or group wait with it; once
        it is laid aside they go on.
        """
        tries = store.tries_of(work, key)
        if tries is None:
            raise NotFound(f"there is no callback {key}")
        if retry and tries < len(PAUSES):
            store.put_off(work, key, reason, work.now + PAUSES[tries])
            return True
        store.settle(work, [key], "failed", reason)
        return False

    def next_due(self, work: Work) -> int | None:
        """Return when a callback is to be tried again: now, when something is in the box."""
        return work.now if self.box.count() else store.next_due(work)

    # --- for people who look after it

    def replay(self, work: Work, ids: Sequence[int]) -> int:
        """Apply callbacks again as if they had just come; count those that did not wait anyway."""
        number = store.wake(work, store.of_ids(work, ids))
        audit.record(work, "wecom.callbacks.replayed", ",".join(map(str, ids)), number=number)
        return number

    def replay_failed(self, work: Work) -> int:
        """Apply again all that was laid aside; count them."""
        number = store.wake(work, store.in_state("failed"))
        audit.record(work, "wecom.callbacks.replayed", "failed", number=number)
        return number

    def find(
        self, work: Work, wanted: Wanted, limit: int = 50, before: int | None = None
    ) -> list[Kept]:
        """Return the newest of the wanted callbacks, those with an id below ``before`` only."""
        return store.find(work, wanted, limit, before)

    def one(self, work: Work, key: int) -> Kept:
        """Return a callback; raises NotFound."""
        found = store.one(work, key)
        if found is None:
            raise NotFound(f"there is no callback {key}")
        return found

    def counts(self, work: Work) -> dict[str, int]:
        """Count callbacks by their state; what is still in the box waits."""
        found = store.counts(work)
        boxed = self.box.count() - work.memo.get(_MOVED, 0)
        if boxed > 0:
            found["waiting"] = found.get("waiting", 0) + boxed
        return found

    def events(self, work: Work) -> list[str]:
        """Return the names of the events that came."""
        return store.events(work)

    def oldest_waiting(self, work: Work) -> int | None:
        """Return when the oldest waiting callback came."""
        return store.oldest_waiting(work)

    def latency(self, work: Work) -> Latency | None:
        """Tell how long the newest callbacks took to come; None when none came."""
        took = sorted(max(0, came - at) for at, came in store.took(work, _RECENT))
        if not took:
            return None
        last = len(took) - 1
        return Latency(
            number=len(took),
            median=took[last // 2],
            p95=took[last * 95 // 100],
            most=took[last],
            late=sum(each > _LATE + SECOND for each in took),
        )

    def tidy(self, work: Work, before: int) -> int:
        """Forget what was settled and came before a moment; count it."""
        return store.forget(work, before)

    def erase(self, work: Work, external_userids: Collection[str]) -> int:
        """Write a customer out of every callback that names her; count them.

        Their hashes stay, so that one that comes again is still known. What was about her alone is
        applied no more.
        """
        self._gather(work, self.box.count())
        for each in external_userids:
            store.end(work, f"customer:{each}", ERASED)
        return sum(store.blank(work, each, ERASED) for each in external_userids)

    def close(self) -> None:
        """Close the box where it is a file of its own."""
        self.box.close()

    def _gather(self, work: Work, most: int = _PORTION) -> None:
        """Move what lies in the box into the table; the box lets go of it after the commit."""
        boxed = self.box.peek(most)
        if boxed:
            store.keep(work, [_row(each) for each in boxed])
            ids = [each.id for each in boxed]
            work.memo[_MOVED] = work.memo.get(_MOVED, 0) + len(ids)
            work.after_commit(lambda: self.box.drop(ids))


def _row(boxed: Boxed) -> dict[str, Any]:
    """Write a callback as its row: to be applied, or unknown, or no XML at all."""
    row = {
        "hash": boxed.hash,
        "came": boxed.came,
        "tries": 0,
        "due": boxed.came,
        "settled": None,
        "xml": boxed.xml,
    }
    try:
        told = read(boxed.xml.encode())
    except Invalid:
        row |= {"at": 0, "of": "other", "event": "", "change": ""}
    else:
        row |= {"at": told.at, "of": told.of, "event": told.event, "change": told.change}
    _, state, reason = _understood(boxed.xml)
    return row | {"state": state, "reason": reason}


def _understood(xml: str) -> tuple[Happening, State, str]:
    """Read what a callback says, whether it can be applied, and why not."""
    try:
        happening = read(xml.encode()).happening
    except Invalid as error:
        return Unknown(""), "failed", error.message
    return happening, "unknown" if isinstance(happening, Unknown) else "waiting", ""
