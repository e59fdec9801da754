"""A second reader of the same log, written another way: it owes nothing to the ledger.

It walks through all that ever happened in order, moment by moment, and keeps one line a person:
who has her, until when. No spans, no incremental state, no database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from coterie.core.clock import DAY, HOUR
from coterie.core.event import Event

_ORDER = ["Contact Deleted", "scan", "order", "code", "Contact Added", "Guide Chatted", "bought",
          "link", "handed", "given", "chosen"]  # fmt: skip


@dataclass
class World:
    """Who is where, for the reader as for the ledger."""

    home: Mapping[str, str]
    left: Mapping[str, int]
    closed: Mapping[str, tuple[int, str | None]]
    code_stores: Mapping[str, str]
    protection: int = 30 * DAY
    validity: int = 90 * DAY
    served: Fraction = Fraction(7, 10)


@dataclass
class Her:
    """Whose one person is at the moment that the reader has come to."""

    guide: str | None = None
    store: str | None = None
    held: bool = False
    protected: int = 0
    valid: int = 0
    owned: list[tuple[int, str | None, str | None, bool]] = field(default_factory=list)

    def note(self, at: int) -> None:
        """Write down who has her from a moment on."""
        if self.owned and self.owned[-1][0] == at:
            self.owned.pop()
        self.owned.append((at, self.guide, self.store, self.held))

    def at(self, moment: int) -> tuple[str | None, str | None] | None:
        """Say who had her at a moment."""
        found = None
        for since, guide, store, held in self.owned:
            if since > moment:
                break
            found = (guide, store) if held else None
        return found


def read(events: Iterable[Event], world: World) -> dict[int, Her]:
    """Read all that happened of everybody, in the order in which it counts."""
    people: dict[int, list[tuple[int, int, str, str, Event]]] = {}
    for event in events:
        kind = _kind(event, world)
        if kind is not None:
            at = event.time // 1000 * 1000
            row = (at, _ORDER.index(kind), event.id, kind, event)
            people.setdefault(event.profile, []).append(row)
    return {person: _walk(sorted(rows), world) for person, rows in people.items()}


def _kind(event: Event, world: World) -> str | None:
    said = event.properties
    match event.name:
        case "Order Completed":
            return "order" if said.get("guide") else "bought"
        case "Contact Added":
            return "code" if said.get("state") in world.code_stores else "Contact Added"
        case "Contact Deleted":
            return None if said.get("by") == "transfer" else event.name
        case "Store Visited":
            return "scan"
        case "Link Clicked":
            return "link"
        case "given" | "chosen" | "Guide Chatted":
            return event.name
    return None


def _walk(rows: list[tuple[int, int, str, str, Event]], world: World) -> Her:
    her = Her()
    for at, _, _, kind, event in rows:
        _time_passes(her, at, world)
        guide: str | None = event.properties.get("guide")
        if kind == "bought":
            her.valid = max(her.valid, at + world.validity) if her.held else her.valid
        elif kind == "Contact Deleted":
            if her.held and her.guide == guide:
                her.held = False
                her.note(at)
        elif guide is not None and world.left.get(guide, at + 1) > at:
            _met(her, at, kind, guide, _store(event, guide, world), world)
    _time_passes(her, 2**53, world)
    return her


def _store(event: Event, guide: str, world: World) -> str:
    said = event.properties
    told: str | None = said.get("store") or world.code_stores.get(said.get("state", ""))
    return told or world.home[guide]


def _met(her: Her, at: int, kind: str, guide: str, store: str, world: World) -> None:
    order = kind in ("given", "chosen")
    if her.held and her.guide == guide:
        if kind == "link":
            return
        her.valid = max(her.valid, at + world.validity)
        if order or kind == "order":
            her.protected = max(her.protected, at + world.protection)
        if her.store is None or order:
            her.store = store
            her.note(at) if her.owned[-1][2] != store else None
        return
    free = not her.held or her.guide is None or her.protected <= at
    if order or (free and kind in ("scan", "order", "code", "Contact Added")):
        her.guide, her.store, her.held = guide, store, True
        her.protected, her.valid = at + world.protection, at + world.validity
        her.note(at)


def _time_passes(her: Her, until: int, world: World) -> None:
    """Let leave, close and expire what does so up to a moment."""
    while her.held:
        left = world.left.get(her.guide, 2**60) if her.guide else 2**60
        closed, heir = world.closed.get(her.store or "", (2**60, None))
        since = her.owned[-1][0]
        first = max(min(left, closed), since)
        if her.valid <= min(first, until):
            her.held = False
            her.note(her.valid)
        elif first > until:
            return
        elif left <= closed:
            her.guide, her.held = None, her.store is not None
            her.note(first)
        else:
            her.store, her.held = heir, her.guide is not None or heir is not None
            her.note(first)


def shares(
    order: Event, hers: Her, events: Iterable[Event], world: World
) -> dict[tuple[str | None, str], Fraction]:
    """Say whose work an order was, by guide and way."""
    at = order.time // 1000 * 1000
    mine = [e for e in events if e.profile == order.profile and e.time // 1000 * 1000 <= at]
    owner = hers.at(at)
    served = _served(order, mine, at, world)
    if served is not None:
        other = owner is not None and owner[0] not in (None, served)
        if not other or world.served == 1:
            return {(served, "in_store"): Fraction(1)}
        assert owner is not None
        return {(served, "in_store"): world.served, (owner[0], "bound"): 1 - world.served}
    if owner is not None:
        return {(owner[0], "bound"): Fraction(1)}
    for name, way, days in (("Contact Added", "code", 90), ("Link Clicked", "link", 7)):
        led = [
            e for e in mine
            if e.name == name and e.time // 1000 * 1000 >= at - days * DAY
            and (way == "link" or e.properties.get("state") in world.code_stores)
        ]  # fmt: skip
        if led:
            last: Any = max(led, key=lambda e: (e.time // 1000, e.id)).properties.get("guide")
            there = last is not None and world.left.get(last, at + 1) > at
            return {(last if there else None, way): Fraction(1)}
    return {(None, "organic"): Fraction(1)}


def _served(order: Event, mine: list[Event], at: int, world: World) -> str | None:
    named = order.properties.get("guide")
    scans = [e for e in mine if e.name == "Store Visited"
             and e.time // 1000 * 1000 >= at - 4 * HOUR]  # fmt: skip
    scans.sort(key=lambda e: (e.time // 1000, e.id), reverse=True)
    for guide in (named, *(e.properties["guide"] for e in scans)):
        if guide is not None and world.left.get(guide, at + 1) > at:
            found: str = guide
            return found
    return None
