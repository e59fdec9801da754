"""Read off an event what it tells of a guide and a customer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coterie.core.event import Event
from coterie.guides.binding.machine import floored
from coterie.guides.binding.model import Kind

ADDED = "Contact Added"
DELETED = "Contact Deleted"
CHATTED = "Guide Chatted"
SCANNED = ("Code Scanned", "Store Visited")
ORDERED = "Order Completed"
FOLLOWED = "Link Clicked"
HEARD = frozenset({ADDED, DELETED, CHATTED, ORDERED, FOLLOWED, *SCANNED})
_PLATFORM = frozenset({ADDED, DELETED, CHATTED})
"""These name a guide by her userid, which may be one that nobody knows yet."""
_LONGEST = 64


@dataclass(frozen=True)
class Heard:
    """What one event tells; ``named`` is the guide's userid or slug, ``state`` that of a code."""

    event: str
    profile: int
    came_with: int
    at: int
    kind: Kind
    named: str
    store: str | None
    state: str = ""
    label: str = ""
    is_platform: bool = False
    backfill: bool = False


def heard(event: Event) -> list[Heard]:
    """Return what an event tells of a guide and a customer; most tell nothing.

    That the platform's move to another guide ended a friendship is the handover's to say. An order
    that an offer led to tells of the offer's link as well.
    """
    if event.name not in HEARD or event.type == "fact":
        return []
    found = [_touch(event), _led_by(event) if event.name == ORDERED else None]
    return [one for one in found if one is not None]


def _led_by(order: Event) -> Heard | None:
    by = order.properties.get("recommended_by")
    if not isinstance(by, dict):
        return None
    label = _text(by.get("offer")) or _text(by.get("link"))
    return Heard(
        event=f"{order.id}:link", profile=order.profile,
        came_with=order.came_with or order.profile, at=floored(order.time), kind="link",
        named=_text(by.get("sender")), store=None, label=label, backfill=order.backfill,
    )  # fmt: skip


def _touch(event: Event) -> Heard | None:
    said = event.properties
    named, kind, label = _text(said.get("guide")), _kind(event.name), ""
    if event.name == FOLLOWED:
        named = _text(said.get("sender"))
        label = _text(said.get("link")) or _text(said.get("campaign")) or named
        if not label:
            return None
    elif event.name == ORDERED:
        kind = "order" if named else "bought"
    elif not named or (event.name == DELETED and said.get("by") == "transfer"):
        return None
    elif event.name == DELETED:
        label = _text(said.get("by"))
    return Heard(
        event=event.id, profile=event.profile, came_with=event.came_with or event.profile,
        at=floored(event.time), kind=kind, named=named,
        store=event.store or _text(said.get("store")) or None,
        state=_text(said.get("state")) if event.name == ADDED else "", label=label,
        is_platform=event.name in _PLATFORM, backfill=event.backfill,
    )  # fmt: skip


def _kind(name: str) -> Kind:
    kinds: Mapping[str, Kind] = {ADDED: "added", DELETED: "deleted", CHATTED: "chat",
                                 ORDERED: "order", FOLLOWED: "link"}  # fmt: skip
    return kinds.get(name, "scan")


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:_LONGEST]
