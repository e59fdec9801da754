"""The words of handing over: dead letters by their cause, and what was told of a message later."""

from collections.abc import Collection
from dataclasses import dataclass

from coterie.core.event import Event


@dataclass(frozen=True)
class Cause:
    """Why messages failed: on which channel, with which reason, and what the provider said."""

    channel: str
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Failure:
    """How many messages lie dead of one cause, since when and until when (ms UTC)."""

    cause: Cause
    number: int
    first: int
    last: int


@dataclass(frozen=True)
class Answered:
    """What a provider told of a message later."""

    kind: str
    code: str
    detail: str
    at: int


@dataclass(frozen=True)
class Complaint:
    """A message after which she wants no more of its purpose on its channel."""

    message: str
    profile: int
    purpose: str
    channel: str
    kind: str


@dataclass(frozen=True)
class Heard:
    """What came of what a provider told: facts, who complained, and the keys that nobody knows."""

    facts: list[Event]
    complaints: list[Complaint]
    unknown: Collection[str]
