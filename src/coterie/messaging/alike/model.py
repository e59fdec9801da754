"""The words of asking one thing for many people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyroaring import BitMap

from coterie.core.event import Event
from coterie.messaging import naming
from coterie.messaging.model import MARKETING, DeliveryKind, Relevance, Request, Touch


@dataclass(frozen=True)
class Alike:
    """What is asked for many people: a ``Request`` without the person, who says no more of it.

    ``cause`` names the messages, together with whom each concerns (``naming``). ``variables`` are
    the same for all; a template sees ``profile.user_id`` and ``profile.tags`` anyway.
    """

    channel: str
    template: str
    touch: Touch
    origin: str
    cause: tuple[object, ...]
    node: str = ""
    run_key: str | None = None
    purpose: str = MARKETING
    expires_at: int | None = None
    value: float = 0.0
    delivery: DeliveryKind = "at_least_once"
    personalised: bool = True
    items: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    relevance: Relevance | None = None

    def request(self, profile: int, born_to: int, *, shadow: bool = False) -> Request:
        """Return the request of one person, which gives the very same message."""
        return Request(
            profile=profile,
            channel=self.channel,
            template=self.template,
            touch=self.touch,
            key=naming.name(self.cause, born_to, self.run_key),
            origin=self.origin,
            node=self.node,
            run_key=self.run_key,
            purpose=self.purpose,
            expires_at=self.expires_at,
            value=self.value,
            variables=self.variables,
            shadow=shadow,
            delivery=self.delivery,
            personalised=self.personalised,
            items=self.items,
            relevance=self.relevance,
        )


@dataclass(frozen=True)
class Alikes:
    """What came of it: who was held at once, and the facts of the held and of the shadows."""

    held: BitMap
    facts: list[Event]
