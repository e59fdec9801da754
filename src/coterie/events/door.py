"""The door: what a source sends is read and made durable before anybody says yes."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from functools import cached_property

from coterie.core.event import Event
from coterie.events.inbox import Inbox
from coterie.events.model import Accepted, Envelope
from coterie.events.named import Identity, identities_of
from coterie.events.pressure import Pressure
from coterie.events.wire import MAX_BODY_BYTES, read_body

Suppressed = Callable[[Collection[Identity]], Collection[Identity]]
"""Tells which of these (kind, value) belong to people who were erased."""


def nobody(_identities: Collection[Identity]) -> Collection[Identity]:
    """Say that nobody was erased."""
    return ()


class Door:
    """Takes the body of one request in.

    ``pressure`` says how much may wait; ``suppressed`` knows whose events are not to be kept: they
    are answered with yes, as Segment does, and dropped.
    """

    def __init__(
        self,
        inbox: Inbox,
        pressure: Pressure | None = None,
        suppressed: Suppressed = nobody,
    ) -> None:
        self._inbox = inbox
        self.pressure = pressure or Pressure()
        self._suppressed = suppressed

    def accept(
        self, source: str, body: bytes, call: str, now: int, backfill: bool = False
    ) -> Accepted:
        """Read a body and commit its valid events and its refused items to the inbox.

        When this returns, the events survive a crash. ``call`` is ``batch``, ``track``,
        ``identify``, ``group``, ``alias``, ``page``, ``screen``, or ``posthog``. ``backfill`` marks
        history that must start nothing; an event more than 24 hours old is marked so anyway. A
        fault of the whole body raises Invalid, or TooLarge, and leaves nothing behind; Full says
        that too much waits already.
        """
        with self.pressure.room(min(len(body), MAX_BODY_BYTES), now):
            accepted, written = self.take(source, body, call, now, backfill)
            written.result()
        return accepted

    def take(
        self, source: str, body: bytes, call: str, now: int, backfill: bool = False
    ) -> tuple[Accepted, "Future[int]"]:
        """Do as ``accept`` without waiting: the answer holds once the future is done.

        The caller holds the ``pressure.room`` for it until then.
        """
        read = read_body(call, body, Envelope(source, received=now, backfill=backfill), now)
        kept = self._without_erased(read.events)
        written = self._inbox.enter(now, source, kept, read.refused, read.envelope)
        return Accepted(len(kept), read.refused, len(read.events) - len(kept)), written

    def _without_erased(self, events: Sequence[Event]) -> Sequence[Event]:
        if self._suppressed is nobody:
            return events
        erased = set(self._suppressed(_Named(events)))
        return [e for e in events if not identities_of(e) & erased] if erased else events


class _Named(Collection[Identity]):
    """Whom some events name, found out when it is looked at: mostly nobody was erased."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events

    @cached_property
    def _all(self) -> set[Identity]:
        return set().union(*map(identities_of, self._events))

    def __iter__(self) -> Iterator[Identity]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, one: object) -> bool:
        return one in self._all
