"""Read off events what somebody did that may matter to a programme. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from coterie.core.event import Event
from coterie.referrals.model import ALL, Kind, Sign
from coterie.referrals.programmes.codes import is_code

TOUCHED = "coterie.referral.touched"
OPENED = "Invitation Opened"
SCANNED = "Code Scanned"
ADDED, DELETED = "Contact Added", "Contact Deleted"
JOINED, LEFT = "Group Joined", "Group Left"
PAID, REFUNDED, CANCELLED = "Order Completed", "Order Refunded", "Order Cancelled"
HEARD = frozenset(
    {TOUCHED, OPENED, SCANNED, ADDED, DELETED, JOINED, LEFT, PAID, REFUNDED, CANCELLED}
)
_KINDS: dict[str, Kind] = {
    ADDED: "join", JOINED: "join", DELETED: "left", LEFT: "left", PAID: "paid", REFUNDED: "back",
    CANCELLED: "back",
}  # fmt: skip
NONE: Mapping[str, str] = {}
PLACEMENT = "friend:"
"""What the placement of a channel code begins with that was made of a personal code."""
LONGEST = 200


def states_of(events: Iterable[Event]) -> set[str]:
    """Return the states by which people joined that are no personal codes themselves."""
    said = {str(one.properties.get("state") or "") for one in events if one.name in (ADDED, JOINED)}
    return {state for state in said if state and not is_code(state)}


def signs_of(events: Iterable[Event], personal: Mapping[str, str] = NONE) -> list[Sign]:
    """Return what events tell; most tell nothing.

    ``personal`` says for which states a channel code was made of a personal code.
    """
    found: list[Sign] = []
    for event in events:
        if event.name in HEARD:
            found += _signs(event, personal)
    return found


def _signs(event: Event, personal: Mapping[str, str]) -> list[Sign]:
    if event.name == TOUCHED:
        # of a touch that was told by another event only that one counts
        return [] if event.properties.get("sign") else _touch(event, event.properties.get("code"))
    if event.type == "fact" or not event.profile:
        return []
    said = event.properties
    if event.name in (OPENED, SCANNED):
        return _touch(event, said.get("code"))
    state = str(said.get("state") or "") if event.name in (ADDED, JOINED) else ""
    found = _touch(event, personal.get(state, state), ":state")
    ref = _ref(event)
    if not ref:
        return found
    whole = event.name == CANCELLED or (event.name == REFUNDED and event.amount is None)
    return [*found, _sign(event, _KINDS[event.name], ref, ALL if whole else event.amount or 0)]


def _touch(event: Event, code: Any, beside: str = "") -> list[Sign]:
    return [_sign(event, "touch", code, beside=beside)] if is_code(code) else []


def _sign(event: Event, kind: Kind, ref: str, amount: int = 0, beside: str = "") -> Sign:
    return Sign(
        id=(event.id + beside)[:LONGEST], kind=kind, profile=event.profile,
        came_with=event.came_with or event.profile, at=event.time, ref=ref[:LONGEST],
        amount=amount,
    )  # fmt: skip


def _ref(event: Event) -> str:
    """Return what was joined or left, or the order by which a payment counts."""
    said = event.properties
    if event.name in (ADDED, DELETED):
        return "" if said.get("half") and event.name == ADDED else f"c:{said.get('guide', '')}"
    if event.name in (JOINED, LEFT):
        return f"g:{said.get('group_id', '')}"
    number, shop = said.get("order_id"), said.get("shop")
    if not isinstance(number, str | int) or not str(number):
        return f"{event.source}:{event.id}"
    return f"{shop if isinstance(shop, str) and shop else event.source}:{number}"
