"""What a house of tests tells: plain records with attributes; times are aware datetimes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class SentRecord:
    """One message to one person and what became of it: sent, held, failed, shadow or queued.

    ``at`` is when it was sent, else when that was decided. ``journey`` and ``node`` are None for
    messages of other origin; ``key`` is the run's key value or None.
    """

    at: datetime
    journey: str | None
    node: str | None
    channel: str
    status: str
    reason: str | None
    key: str | None
    template: str
    touch: str
    subject: str
    text: str


@dataclass(frozen=True)
class EventRecord:
    """One event of the log, as a person's timeline shows it."""

    type: str
    event: str
    at: datetime
    items: tuple[str, ...]
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class FactRecord:
    """One fact of our own: who, what, when."""

    person: str
    event: str
    at: datetime
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class RunRecord:
    """One person's way through a journey. ``visits`` counts how often each node was arrived at."""

    person: str
    key: str | None
    node: str
    status: str
    entered: datetime
    visits: Mapping[str, int]
    reason: str | None
