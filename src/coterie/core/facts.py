"""How a room states a fact: born once, with an id derived from its cause."""

import hashlib
from collections.abc import Iterable
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


def alike(fact: Event, people: Iterable[int], named: str, values: Iterable[object]) -> list[Event]:
    """State of very many people what a fact states of one.

    The property ``named`` alone differs, and its value was the fact's whole cause; so each is what
    ``fact`` gives for it.

    >>> one = fact("joined", room="r", profile=7, at=0, cause=("i1",), invitation="i1")
    >>> alike(one, [7], "invitation", ["i1"]) == [one]
    True
    """
    seed = hashlib.sha256(f"{fact.source}\x1f{fact.name}\x1f".encode())
    found = []
    for profile, value in zip(people, values, strict=True):
        cause = seed.copy()
        cause.update(f"{profile}\x1f{value}".encode())
        found.append(
            Event(
                id=cause.hexdigest()[:32],
                type=fact.type,
                name=fact.name,
                time=fact.time,
                received=fact.received,
                source=fact.source,
                profile=profile,
                items=fact.items,
                properties={**fact.properties, named: value},
            )
        )
    return found
