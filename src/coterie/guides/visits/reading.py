"""Read off an event whether it shows somebody at a store. Pure."""

from typing import Any

from coterie.core.event import Event
from coterie.guides.visits.model import How, Sign

CHECKED_IN = "Store Visited"
REDEEMED = "coterie.coupon.redeemed"
SOLD = "Order Completed"
HEARD: dict[str, How] = {CHECKED_IN: "checkin", REDEEMED: "redemption", SOLD: "pos"}
_LONGEST = 64


def sign_of(event: Event) -> Sign | None:
    """Return what an event tells of somebody at a store; most tell nothing."""
    how = HEARD.get(event.name)
    if how is None or (event.type == "fact") != (event.name == REDEEMED):
        return None
    said = event.properties
    store = _text(event.store or said.get("store"))
    named = _text(said.get("guide")) if how == "checkin" else ""
    if not store and not named:
        return None
    return Sign(
        event=event.id, profile=event.profile, came_with=event.came_with or event.profile,
        at=event.time, how=how, store=store or None, named=named, backfill=event.backfill,
    )  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:_LONGEST]
