"""From a request to a message, and from a message to the facts and bytes that tell of it. Pure."""

from dataclasses import replace
from typing import Any

import msgspec

from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.messaging.gate import Asked, Decision
from coterie.messaging.model import Content, Message, Reason, Request
from coterie.messaging.naming import message_id

_ROOM = "messaging"


def draft(request: Request, asked: Asked, decision: Decision, version: int, now: int) -> Message:
    """Write down what was asked for, by which version of a template, and what the gate said."""
    return Message(
        id=message_id(request.key),
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
        version=version,
        detail=decision.detail,
    )


def told(request: Request, message: Message, now: int) -> Event | None:
    """State what became of a request at once; what is queued is no fact yet."""
    if message.status == "queued":
        return None
    drawn = request.shadow and not request.is_service and message.status == "held"
    return tell(message, now, shadow=True if drawn else None)


def said(message: Message, content: Content | Invalid) -> Message:
    """Return a message with what it says; held where that cannot be written."""
    if isinstance(content, Invalid):
        return replace(message, status="held", reason=Reason.TEMPLATE_FAILED)
    return replace(message, subject=content.subject, text=content.text)


def tell_later(message: Message, now: int, **more: Any) -> Event:
    """State what became of a message that passed the gate once: ``asked`` says when."""
    return tell(message, now, asked=message.created, **more)


def tell(message: Message, now: int, *, again: int = 0, **more: Any) -> Event:
    """State the fact of a message's new status.

    ``again`` is how many tries were forgiven when it was sent once more: it may fail again, and
    that is another fact.
    """
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
        cause=(message.id, again) if again else (message.id,),
        **{name: value for name, value in properties.items() if value is not None},
    )


def changes_of(message: Message, lease_until: int | None = None) -> dict[str, Any]:
    """Return what may have changed of a message, as ``store.change`` takes it."""
    return {
        "id": bytes.fromhex(message.id),
        "status": message.status,
        "reason": message.reason,
        "at": message.at,
        "due": message.due,
        "attempts": message.attempts,
        "lost": message.lost,
        "provider_id": message.provider_id,
        "detail": message.detail,
        "lease_until": lease_until if message.status == "leased" else None,
    }


def encode(content: Content) -> bytes:
    """Turn a content into bytes, to be sealed.

    >>> decode(encode(Content("Hello", "你好"))).text
    '你好'
    """
    return msgspec.json.encode(content)


def decode(clear: bytes) -> Content:
    """Read a content back."""
    return msgspec.json.decode(clear, type=Content)
