"""What the road tells of codes: who was added through one, and who then came into a group. Pure.

Law: a person counts once for a code and a guide within a week, so that a half add and the whole
one that follows are one; the same event told again changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from coterie.core.clock import DAY
from coterie.core.event import TAGGED, Event
from coterie.core.facts import fact
from coterie.core.ids import derived_id

CONTACT_ADDED = "Contact Added"
GROUP_JOINED = "Group Joined"
ROOM = "channel_codes"
SAME = 7 * DAY
JOIN_WINDOW = 30 * DAY
"""How long after an add a person's coming into a group counts for the code."""

Triple = tuple[str, str, int]


class Add(Protocol):
    """A kept add, as far as joins ask."""

    id: str
    profile: int
    at: int


@dataclass(frozen=True)
class Came:
    """What a batch says: rows to be kept, facts to be told, codes that changed hands."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Event] = field(default_factory=list)
    states: set[str] = field(default_factory=set)
    guides: set[str] = field(default_factory=set)


def added_of(events: Sequence[Event]) -> list[Event]:
    """Return the adds that carry a state."""
    return [one for one in events if one.name == CONTACT_ADDED and state_of(one)]


def joined_of(events: Sequence[Event]) -> list[Event]:
    """Return the joins by a scanned code."""
    return [one for one in events if one.name == GROUP_JOINED and state_of(one)]


def state_of(event: Event) -> str:
    """Return the state that an event carries, empty when none."""
    found = event.properties.get("state")
    return found if isinstance(found, str) and len(found) <= 30 else ""


def guide_of(event: Event) -> str:
    """Return the WeCom member who was added."""
    return str(event.properties.get("guide") or "")[:64]


def take(
    events: Sequence[Event],
    tags: Mapping[str, tuple[str, ...]],
    guides: Mapping[str, str],
    before: Mapping[Triple, int],
) -> Came:
    """Say what adds come to; ``tags`` by state are those of the codes we know."""
    came, last = Came(), dict(before)
    for event in sorted(events, key=lambda one: one.time):
        state = state_of(event)
        if state not in tags:
            continue
        guide = guides.get(guide_of(event), guide_of(event))
        triple = (state, guide, event.profile)
        former = last.get(triple)
        if former is not None and abs(event.time - former) < SAME:
            continue
        last[triple] = event.time
        came.rows.append({
            "id": derived_id(ROOM, event.id), "state": state, "guide": guide, "at": event.time,
            "profile": event.profile, "again": former is not None, "joined": None,
        })  # fmt: skip
        came.facts.extend(_tagged(event, state, tags[state]))
        came.states.add(state)
        came.guides.add(guide)
    return came


def joins(events: Sequence[Event], adds: Sequence[Add]) -> dict[str, int]:
    """Return which adds led into a group, and when: of a person's adds the latest before it."""
    found: dict[str, int] = {}
    for event in sorted(events, key=lambda one: one.time):
        theirs = [
            one for one in adds
            if one.profile == event.profile and one.id not in found
            and one.at <= event.time <= one.at + JOIN_WINDOW
        ]  # fmt: skip
        if theirs:
            found[max(theirs, key=lambda one: one.at).id] = event.time
    return found


def _tagged(event: Event, state: str, tags: tuple[str, ...]) -> list[Event]:
    return [
        fact(
            TAGGED,
            room=ROOM,
            profile=event.profile,
            at=event.time,
            cause=(event.id, tag),
            tag=tag,
            by=f"code:{state}",
        )
        for tag in tags
    ]
