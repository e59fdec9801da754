"""The door: what a source sends is read and made durable before anybody says yes."""

from coterie.events.inbox import Inbox
from coterie.events.model import Accepted, Envelope
from coterie.events.wire import read_body


class Door:
    """Takes the body of one request in."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def accept(
        self, source: str, body: bytes, call: str, now: int, backfill: bool = False
    ) -> Accepted:
        """Read a body and commit its valid events and its refused items to the inbox.

        When this returns, the events survive a crash. ``call`` is ``batch``, ``track``,
        ``identify``, ``group``, ``alias``, ``page`` or ``screen``. ``backfill`` marks history that
        must start nothing; an event more than 24 hours old is marked so anyway. A fault of the
        whole body raises Invalid, or TooLarge, and leaves nothing behind.
        """
        read = read_body(call, body, Envelope(source, received=now, backfill=backfill), now)
        self._inbox.put(now, source, read.events, read.refused, read.envelope)
        return Accepted(len(read.events), read.refused)
