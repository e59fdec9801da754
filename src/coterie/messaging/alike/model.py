"""The words of asking one thing for many people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.core.event import Event
from coterie.messaging import naming
from coterie.messaging.model import MARKETING, DeliveryKind, Message, Relevance, Request, Touch

NOTHING: Mapping[str, Any] = {}


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

    def request(
        self,
        profile: int,
        born_to: int,
        *,
        shadow: bool = False,
        own: Mapping[str, Any] = NOTHING,
        items: tuple[str, ...] = (),
    ) -> Request:
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
            variables={**self.variables, **own},
            shadow=shadow,
            delivery=self.delivery,
            personalised=self.personalised,
            items=(*self.items, *items),
            relevance=self.relevance,
        )


@dataclass(frozen=True)
class Asking:
    """One thing, and the people for whom it is asked.

    ``born_to`` are the profiles that name the messages, where others lead them by now; who is in
    ``shadow`` gets a shadow. ``own`` gives the variables that are one person's alone, ``items``
    are what it speaks of to some of them alone.
    """

    alike: Alike
    people: NDArray[np.int32]
    born_to: NDArray[np.int32]
    shadow: BitMap = field(default_factory=BitMap)
    own: Callable[[int], Mapping[str, Any]] | None = None
    items: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What came of an asking: who was held at once, and the messages of whom was asked singly."""

    held: BitMap = field(default_factory=BitMap)
    singly: dict[int, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class Alikes:
    """What came of it: who was held at once, and the facts of the held and of the shadows."""

    held: BitMap
    facts: list[Event]
