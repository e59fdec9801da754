"""How a room states a fact: born once, with an id derived from its cause."""

from typing import Any

from coterie.core.event import OWN, Event
from coterie.core.ids import derived_id


def fact(
    name: str,
    *,
    room: str,
    profile: int,
    at: int,
    cause: tuple[object, ...],
    items: tuple[str, ...] = (),
    **properties: Any,
) -> Event:
    """State a fact about a profile; the same room, name and cause give the same id.

    >>> fact("community.joined", room="communities", profile=7, at=0, cause=("i1",)).name
    'coterie.community.joined'
    """
    full = name if name.startswith(OWN) else OWN + name
    return Event(
        id=derived_id(room, full, profile, *cause),
        type="fact",
        name=full,
        time=at,
        received=at,
        source=room,
        profile=profile,
        items=items,
        properties=properties,
    )
