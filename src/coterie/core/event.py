"""The event, the road's one word: a fact about one person, never changed.

Every room above the ground speaks of it, so it lives here. On the wire it is one of the six
calls of the Segment spec; facts of our own have type ``fact`` and a name that begins with
``coterie.``.
"""

from typing import Any

import msgspec

OWN = "coterie."
IDENTIFIED = "coterie.identified"
GROUPED = "coterie.grouped"
ALIASED = "coterie.aliased"
PAGE_VIEWED = "Page Viewed"
SCREEN_VIEWED = "Screen Viewed"
CONSENT_GIVEN = "Consent Given"
CONSENT_WITHDRAWN = "Consent Withdrawn"
TAGGED = "coterie.tagged"
UNTAGGED = "coterie.untagged"
TRAIT_SET = "coterie.trait_set"
LISTED = "coterie.listed"


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What happened to one person, as it travels the road.

    ``time`` and ``received`` are milliseconds since the epoch, UTC. ``profile`` is the dense
    integer given by station 2 (0 before it): the person's head; ``came_with`` is the profile of the
    identity that carried the event, which the log keeps. ``identities`` are those beside the two of
    the wire format, value by kind (``phone``, ``member_no``). ``items`` are the keys of what was
    touched, in order, found by the event's declared item property. ``amount`` is scaled by 10,000.
    ``backfill`` events move scores and segments but start nothing. ``order`` is the order of birth
    of our own facts: of those of one moment the later born has the last word.
    """

    id: str
    type: str
    name: str
    time: int
    received: int
    source: str
    profile: int = 0
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    came_with: int = 0
    identities: dict[str, str] = {}
    items: tuple[str, ...] = ()
    store: str | None = None
    amount: int | None = None
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}
    backfill: bool = False
    hop: int = 0
    order: int = 0


class Move(msgspec.Struct, frozen=True):
    """One person entered or left one segment at a moment."""

    segment: str
    profile: int
    entered: bool
    at: int
    backfill: bool = False


def is_own(name: str) -> bool:
    """Say whether a name belongs to our own facts; no door lets such a name in."""
    return name.startswith(OWN)
