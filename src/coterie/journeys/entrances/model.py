"""The words of entrances: what a program asks for, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from coterie.core.event import Event

MOST_CALLS = 1_000
"""How many people one call may name."""

Standing = Literal["started", "duplicate", "not_started", "unknown", "no_key"]


@dataclass(frozen=True)
class Call:
    """One person whom a program names; the same ``id`` starts one run for ever.

    ``properties`` are what rules, waits and templates see as the event's.
    """

    user_id: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None


@dataclass(frozen=True)
class Answer:
    """What became of one call.

    ``duplicate``: its id has started ``run`` before. ``not_started``: a run of hers goes on, or
    ``reentry`` stands against it. ``unknown``: nobody has the user id. ``no_key``: the journey is
    keyed, and the call's properties lack the key.
    """

    user_id: str
    status: Standing
    run: int | None = None


@dataclass(frozen=True)
class Called:
    """An answer for each call, in their order, and the facts to be told to the road."""

    answers: Sequence[Answer]
    facts: list[Event]


@dataclass(frozen=True)
class Entrance:
    """How far an entrance has come: ``due`` its next occurrence, ``version`` that of its list."""

    journey: str
    due: int | None = None
    version: int | None = None
