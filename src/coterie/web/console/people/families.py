"""Which family an event belongs to, so that a long life can be read by its threads. Pure."""

from collections.abc import Sequence

from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, is_own
from coterie.web.speech import N_

FAMILIES = {
    "content": N_("Content"),
    "order": N_("Orders"),
    "message": N_("Messages"),
    "community": N_("Communities"),
    "other": N_("Other activity"),
    "house": N_("What the house noted"),
}

_ORDER = ("Order ", "Checkout ", "Cart ", "Coupon ", "Payment ", "Refund ")
_CONTENT = ("Page Viewed", "Screen Viewed", "Article ", "Content ", "Video ", "Link Clicked")
_COMMUNITY = ("Community ", "Group ")


def family_of(name: str, items: Sequence[str] = ()) -> str:
    """Name the family of an event by its name, and by whether it touched something.

    >>> family_of("Order Completed", ["p1"]), family_of("Wine Rated", ["w1"])
    ('order', 'content')
    >>> family_of("coterie.message.held"), family_of("coterie.tagged"), family_of("Signed Up")
    ('message', 'house', 'other')
    """
    if is_own(name):
        kind = name.split(".")[1]
        return kind if kind in ("message", "community") else "house"
    if name in (CONSENT_GIVEN, CONSENT_WITHDRAWN):
        return "house"
    if name.startswith(_ORDER):
        return "order"
    if name.startswith(_COMMUNITY):
        return "community"
    return "content" if items or name.startswith(_CONTENT) else "other"
