"""Who may start a run: what gives cause to, and what stands against it. Pure.

``reentry`` is asked once a person's earlier runs in the lane are over; while one goes on, only
``overlap`` lets another start. A lane is the journey, the person and, in a keyed journey, the key
value. ``reentry: {after: 30d}`` counts from the end of the last run, and from the entry of one
that still goes on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from coterie.core.event import Event, Move
from coterie.events.model import Logged
from coterie.journeys.model import Cause, EventEntry, Journey, SegmentEntry
from coterie.segments.model import World
from coterie.segments.person.evaluate import is_asked, passes
from coterie.segments.person.operators import look_up

Lane = tuple[str, int, str | None]
"""(journey, profile, key value)"""


class Trigger(msgspec.Struct, frozen=True):
    """Something that may start a run.

    ``at`` is the moment of entering; ``started_by`` names the cause. ``leading`` when nothing else
    of the person came before it in its batch. ``due`` when the run is to begin only later.
    ``once`` when what ``started_by`` names starts one run of the journey for ever.
    """

    journey: str
    profile: int
    at: int
    started_by: str
    key: str | None = None
    cause: Cause | None = None
    leading: bool = False
    due: int | None = None
    once: bool = False

    @property
    def lane(self) -> Lane:
        """The lane that the run would be in."""
        return (self.journey, self.profile, self.key)


class Entries:
    """Journeys that are entered by an event, to be found by the event's name."""

    def __init__(self, journeys: Sequence[Journey]) -> None:
        self._named: dict[str, list[Journey]] = {}
        self._others: list[Journey] = []
        for journey in journeys:
            name = journey.entry.matching.name if isinstance(journey.entry, EventEntry) else "*"
            if name.endswith("*"):
                self._others.append(journey)
            else:
                self._named.setdefault(name, []).append(journey)

    def of(self, name: str) -> Sequence[Journey]:
        """Return those that an event of this name may enter."""
        return [*self._named.get(name, ()), *self._others]

    def among(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return the events by whose names any may be entered."""
        return events if self._others else [one for one in events if one.name in self._named]


def by_event(journey: Journey, event: Event, world: World, *, leading: bool) -> Trigger | None:
    """Return the trigger that an event is for a journey, None when it is none."""
    if not isinstance(journey.entry, EventEntry) or event.backfill:
        return None
    matching = journey.entry.matching
    if not is_asked(event, matching.name) or not passes(_logged(event), matching, world):
        return None
    key = None if journey.key is None else key_text(look_up(event.properties, journey.key))
    if journey.key is not None and key is None:
        return None
    return Trigger(
        journey=journey.slug,
        profile=event.profile,
        at=event.time,
        started_by=f"event:{event.id}",
        key=key,
        cause=Cause(event.name, event.time, event.properties, event.items),
        leading=leading,
        once=True,
    )


def by_move(journey: Journey, move: Move, *, leading: bool) -> Trigger | None:
    """Return the trigger that a move is for a journey, None when it is none."""
    entry = journey.entry
    if not isinstance(entry, SegmentEntry) or move.segment != entry.segment:
        return None
    if not move.entered or move.backfill:
        return None
    return Trigger(
        journey=journey.slug,
        profile=move.profile,
        at=move.at,
        started_by=f"move:{move.profile}:{move.at}",
        leading=leading,
    )


def key_text(value: Any) -> str | None:
    """Write a key's value as text, since keys compare as text; None when it is missing.

    >>> key_text(7), key_text("7"), key_text("")
    ('7', '7', None)
    """
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _logged(event: Event) -> Logged:
    return Logged(
        seq=0,
        time=event.time,
        received=event.received,
        profile=event.profile,
        name=event.name,
        type=event.type,
        source=event.source,
        items=event.items,
        store=event.store,
        amount=event.amount,
        properties=event.properties,
    )


@dataclass
class History:
    """What a lane has seen: how many runs, the live ones (id -> entered), the last end."""

    count: int = 0
    live: dict[int, int] = field(default_factory=dict)
    last_end: int | None = None


def may_start(journey: Journey, history: History, now: int) -> bool:
    """Say whether a new run may start in a lane with this history."""
    if history.live and not journey.overlap:
        return False
    if journey.reentry_after is not None:
        moments = [*history.live.values(), *_some(history.last_end)]
        return not moments or now - max(moments) >= journey.reentry_after
    if history.live or history.last_end is None:
        return True
    return journey.reentry != "never"


def _some(moment: int | None) -> Iterable[int]:
    return () if moment is None else (moment,)


def in_turns(triggers: Sequence[Trigger]) -> Mapping[Lane, list[Trigger]]:
    """Sort triggers into lanes, in their order."""
    lanes: dict[Lane, list[Trigger]] = {}
    for trigger in triggers:
        lanes.setdefault(trigger.lane, []).append(trigger)
    return lanes
