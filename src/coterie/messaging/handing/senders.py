"""What becomes of a message that waits for its sender, once something is told of it. Pure."""

from coterie.core.errors import Invalid
from coterie.messaging.channel import Told
from coterie.messaging.model import Message, Reason

OF_SENDERS = frozenset(("asked", "sent", "unsent"))
"""What channels that ask tell of what waits."""
_HELD = frozenset((Reason.EXPIRED, Reason.CANCELLED, Reason.QUOTA, Reason.NO_CONSENT))
"""Reasons for which it was kept back; for others it failed, and may be sent once more."""


def confirmed(message: Message, told: Told, now: int) -> Message:
    """Return the message as what was told leaves it; raises Invalid for a reason that is none.

    What was sent takes its slot on the day on which it went.
    """
    if told.kind == "asked":
        return message.turned(detail=told.detail or None)
    at = now if told.at is None else max(message.created, min(told.at, now))
    if told.kind == "sent":
        return message.turned(
            status="sent", at=at, due=at, reason=None, provider_id=told.detail or None, detail=None
        )
    try:
        reason = Reason(told.code)
    except ValueError as error:
        raise Invalid(f"{told.code!r} is no reason", path="code") from error
    status = "held" if reason in _HELD else "failed"
    return message.turned(status=status, at=now, reason=reason, detail=told.detail or None)
