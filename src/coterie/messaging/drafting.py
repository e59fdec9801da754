"""From a request to a message, and from a message to the facts and bytes that tell of it. Pure."""

from typing import Any

import msgspec

from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.core.ids import derived_id
from coterie.messaging.gate import Asked, Decision
from coterie.messaging.model import Content, Message, Request

_ROOM = "messaging"


def message_id(key: str) -> str:
    """Name the message of an idempotency key: the same for ever."""
    return derived_id(_ROOM, key)


def draft(
    request: Request, asked: Asked, decision: Decision, content: Content, now: int
) -> Message:
    """Write down what was asked for and what the gate said to it."""
    return Message(
        id=message_id(request.key),
        key=request.key,
        profile=request.profile,
        origin=request.origin,
        node=request.node,
        run_key=request.run_key,
        channel=request.channel,
        template=request.template,
        touch=request.touch,
        purpose=request.purpose,
        status=decision.status,
        reason=decision.reason,
        at=now,
        created=now,
        due=decision.due,
        expires=request.expires_at,
        delivery=request.delivery,
        personalised=asked.personalised,
        min_age=asked.min_age,
        subject=content.subject,
        text=content.text,
    )


def tell(message: Message, now: int, **more: Any) -> Event:
    """State the fact of a message's new status."""
    properties: dict[str, Any] = {
        "message": message.id,
        "origin": message.origin,
        "node": message.node,
        "channel": message.channel,
        "template": message.template,
        "touch": message.touch,
        "reason": message.reason,
        "run_key": message.run_key,
        "ambiguous": True if message.lost else None,
        **more,
    }
    return fact(
        f"message.{message.status}",
        room=_ROOM,
        profile=message.profile,
        at=now,
        cause=(message.id,),
        **{name: value for name, value in properties.items() if value is not None},
    )


def encode(content: Content) -> bytes:
    """Turn a content into bytes, to be sealed.

    >>> decode(encode(Content("Hello", "你好"))).text
    '你好'
    """
    return msgspec.json.encode(content)


def decode(clear: bytes) -> Content:
    """Read a content back."""
    return msgspec.json.decode(clear, type=Content)
