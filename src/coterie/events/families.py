"""The families of events: one table of the names that mean something to the house. Pure.

Whatever speaks of "the orders of a person" or "what she read" asks here: the timeline's filter,
the reports, the reference. The wire names are those of Segment's specs where one has the thing
(https://segment.com/docs/connections/spec/ecommerce/v2/, /spec/video/, /spec/email/). An event
that is not in the table is taken in all the same, and sorted by what it touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, PAGE_VIEWED, SCREEN_VIEWED, is_own

Family = Literal[
    "content", "activity", "order", "group", "contact", "message", "scan", "other", "house"
]

USUAL = ""
"""The item or amount is looked for in the usual places, see ``resolve``."""


@dataclass(frozen=True)
class Known:
    """One name of the wire, or one of our facts: its family, and which step of it.

    ``properties`` are those that the house reads or shows; ``item`` and ``amount`` say where the
    thing touched and its worth are told: a path, ``USUAL``, or None where there is none.
    """

    name: str
    family: Family
    step: str
    properties: tuple[str, ...] = ()
    item: str | None = USUAL
    amount: str | None = None


_BY_LINK = ("link", "sender", "campaign")
_LINES = ("order_id", "shop", "currency", "products", "recommended_by")
_ACTIVITY = ("activity", "form", "level")
_COUPON = ("coupon", "template", "origin", "campaign")
_USED = ("order_id", "store", "amount")
_REFERRAL = ("programme", "campaign")
_BINDING = ("guide", "store", "before", "why", "until")
_MESSAGE = ("message", "origin", "channel", "template", "touch")

TABLE: tuple[Known, ...] = (
    # content: what people read, watch and pass on
    Known(PAGE_VIEWED, "content", "viewed", ("name", "url", "title")),
    Known(SCREEN_VIEWED, "content", "viewed", ("name",)),
    Known("Article Read", "content", "viewed", _BY_LINK),
    Known("Item Viewed", "content", "viewed", _BY_LINK),
    Known("Product Viewed", "content", "viewed", ("product_id", "price")),
    Known("Product List Viewed", "content", "viewed", ("list_id", "products")),
    Known("Products Searched", "content", "searched", ("query",), item=None),
    Known("Promotion Viewed", "content", "viewed", ("promotion_id",), item=None),
    Known("Promotion Clicked", "content", "clicked", ("promotion_id",), item=None),
    Known("Link Clicked", "content", "clicked", _BY_LINK),
    Known("Video Playback Started", "content", "viewed", ("content_id", "position")),
    Known("Content Dwelt", "content", "dwelt", ("seconds",)),
    Known("Content Finished", "content", "finished", ()),
    Known("Video Playback Completed", "content", "finished", ("content_id",)),
    Known("Article Shared", "content", "shared", ("share_via",)),
    Known("Content Shared", "content", "shared", ("share_via",)),
    Known("Product Shared", "content", "shared", ("share_via", "product_id")),
    # activities: what people come to
    Known("Activity Registered", "activity", "registered", ("activity_id", "form", "level")),
    Known("Activity Cancelled", "activity", "cancelled", ("activity_id",)),
    Known("Activity Attended", "activity", "attended", ("activity_id", "form", "level")),
    Known("Tasting Attended", "activity", "attended", ("level",)),
    Known("coterie.activity.invited", "activity", "invited", _ACTIVITY),
    Known("coterie.activity.registered", "activity", "registered", (*_ACTIVITY, "via")),
    Known("coterie.activity.waitlisted", "activity", "waitlisted", (*_ACTIVITY, "via")),
    Known("coterie.activity.cancelled", "activity", "cancelled", _ACTIVITY),
    Known("coterie.activity.called_off", "activity", "cancelled", _ACTIVITY),
    Known("coterie.activity.attended", "activity", "attended", _ACTIVITY),
    Known("coterie.activity.attendance_undone", "activity", "undone", _ACTIVITY),
    Known("coterie.activity.no_show", "activity", "no_show", _ACTIVITY),
    Known("coterie.activity.no_show_undone", "activity", "undone", _ACTIVITY),
    Known("coterie.activity.passed", "activity", "passed", _ACTIVITY),
    Known("coterie.activity.pass_undone", "activity", "undone", _ACTIVITY),
    # orders: completed is paid
    Known("Product Added", "order", "carted", ("product_id", "price", "quantity"), amount=USUAL),
    Known("Product Removed", "order", "carted", ("product_id", "price", "quantity")),
    Known("Cart Viewed", "order", "carted", ("products",)),
    Known("Checkout Started", "order", "carted", ("order_id", "products"), amount=USUAL),
    Known("Order Created", "order", "created", _LINES, amount=USUAL),
    Known("Order Updated", "order", "created", _LINES, amount=USUAL),
    Known("Order Completed", "order", "paid", _LINES, amount=USUAL),
    Known("Order Cancelled", "order", "cancelled", _LINES, amount=USUAL),
    Known("Order Refunded", "order", "refunded", (*_LINES[:4], "refund_id"), amount=USUAL),
    Known("Coupon Applied", "order", "coupon", ("order_id", "coupon_id"), item=None),
    Known("coterie.coupon.issued", "order", "coupon", (*_COUPON, "expires", "key"), item=None),
    Known(
        "coterie.coupon.refused",
        "order",
        "coupon",
        (*_COUPON[1:], "reason", "why", "key"),
        item=None,
    ),
    Known("coterie.coupon.redeemed", "order", "coupon", (*_COUPON, *_USED), item=None),
    Known("coterie.coupon.rolled_back", "order", "coupon", (*_COUPON, *_USED, "reason"), item=None),
    Known("coterie.coupon.expired", "order", "coupon", _COUPON, item=None),
    Known("coterie.coupon.revoked", "order", "coupon", (*_COUPON, "reason"), item=None),
    # friends who bring friends
    Known("Invitation Opened", "contact", "invited", ("code", "carrier"), item=None),
    Known(
        "coterie.referral.touched",
        "contact",
        "invited",
        (*_REFERRAL, "referrer", "code"),
        item=None,
    ),
    Known(
        "coterie.referral.joined",
        "contact",
        "brought",
        (*_REFERRAL, "referral", "referrer"),
        item=None,
    ),
    Known(
        "coterie.referral.qualified",
        "contact",
        "brought",
        (*_REFERRAL, "referral", "referrer"),
        item=None,
    ),
    Known(
        "coterie.referral.approved",
        "contact",
        "rewarded",
        (*_REFERRAL, "referral", "side", "coupon"),
        item=None,
    ),
    Known(
        "coterie.referral.rejected",
        "contact",
        "rejected",
        (*_REFERRAL, "referral", "reason"),
        item=None,
    ),
    Known(
        "coterie.referral.clawed_back",
        "contact",
        "rejected",
        (*_REFERRAL, "referral", "side", "coupon", "reason"),
        item=None,
    ),
    # groups: what people gather in
    Known(
        "Group Joined",
        "group",
        "joined",
        ("group_id", "name", "scene", "inviter", "state"),
        item=None,
    ),
    Known("Group Left", "group", "left", ("group_id", "name", "scene"), item=None),
    Known(
        "coterie.group.joined",
        "group",
        "joined",
        ("group", "chat", "code", "scene", "first", "campaign"),
        item=None,
    ),
    Known(
        "coterie.group.left", "group", "left", ("group", "chat", "stayed", "campaign"), item=None
    ),
    Known("Group Message Sent", "group", "spoke", ("group_id",)),
    Known("Moment Liked", "content", "liked", ("moment", "title", "guide"), item=None),
    Known("Moment Commented", "content", "commented", ("moment", "title", "guide"), item=None),
    Known("coterie.community.invited", "group", "invited", ("community",), item=None),
    Known("coterie.community.accepted", "group", "accepted", ("community",), item=None),
    Known("coterie.community.declined", "group", "declined", ("community",), item=None),
    Known("coterie.community.expired", "group", "expired", ("community",), item=None),
    Known("coterie.community.joined", "group", "joined", ("community", "via"), item=None),
    Known("coterie.community.left", "group", "left", ("community", "reason"), item=None),
    # contacts: which guides she has, as WeCom tells it; ``half``: the guide has yet to accept
    Known("Contact Added", "contact", "added", ("guide", "state", "add_way", "half"), item=None),
    Known("Contact Deleted", "contact", "deleted", ("guide", "by"), item=None),
    Known("Contact Transfer Failed", "contact", "refused", ("guide", "reason"), item=None),
    # messages: what was said to her, and what became of it
    Known("coterie.message.held", "message", "held", (*_MESSAGE, "reason"), item=None),
    Known("coterie.message.shadow", "message", "shadow", _MESSAGE, item=None),
    Known("coterie.message.sent", "message", "sent", _MESSAGE, item=None),
    Known("coterie.message.failed", "message", "failed", (*_MESSAGE, "reason"), item=None),
    Known("coterie.message.delivered", "message", "delivered", _MESSAGE, item=None),
    Known("coterie.message.bounced", "message", "bounced", (*_MESSAGE, "permanent"), item=None),
    Known("coterie.message.complained", "message", "refused", _MESSAGE, item=None),
    Known("coterie.message.stopped", "message", "refused", _MESSAGE, item=None),
    Known("Email Delivered", "message", "delivered", ("email_id",), item=None),
    Known("Email Opened", "message", "opened", ("email_id",), item=None),
    Known("Email Link Clicked", "message", "clicked", ("email_id", "link_url")),
    Known("Email Bounced", "message", "failed", ("email_id",), item=None),
    Known("Email Marked as Spam", "message", "refused", ("email_id",), item=None),
    Known("Unsubscribed", "message", "refused", ("email_id",), item=None),
    # scans: what people hold their phone at
    Known("Code Scanned", "scan", "scanned", ("code", "store")),
    Known("Product Scanned", "scan", "scanned", ("product_id", "code", "store")),
    # guides and stores: who served her, and whose customer she is
    Known("Store Visited", "scan", "visited", ("store", "guide"), item=None),
    Known("coterie.visit.made", "scan", "visited", ("store", "how", "day", "first"), item=None),
    Known("Guide Chatted", "contact", "chatted", ("guide",), item=None),
    Known("coterie.binding.bound", "contact", "bound", _BINDING, item=None),
    Known("coterie.binding.moved", "contact", "moved", _BINDING, item=None),
    Known("coterie.binding.released", "contact", "released", _BINDING, item=None),
    Known("coterie.binding.expired", "contact", "released", _BINDING, item=None),
    # what the house noted
    Known(CONSENT_GIVEN, "house", "agreed", ("purpose", "channel", "proof"), item=None),
    Known(CONSENT_WITHDRAWN, "house", "withdrew", ("purpose", "channel", "proof"), item=None),
)

BY_NAME = {one.name: one for one in TABLE}

FAMILIES: tuple[Family, ...] = (
    "content", "activity", "order", "group", "contact", "message", "scan", "other", "house",
)  # fmt: skip

_BEGIN: tuple[tuple[Family, tuple[str, ...]], ...] = (
    ("order", ("Order ", "Checkout ", "Cart ", "Coupon ", "Payment ", "Refund ")),
    ("group", ("Group ", "Community ")),
    ("contact", ("Contact ",)),
    ("activity", ("Activity ", "Tasting ", "Course ")),
    ("message", ("Email ", "SMS ", "Push Notification ")),
    ("content", ("Article ", "Content ", "Video ", "Page ")),
)
_OWN: dict[str, Family] = {
    "message": "message", "community": "group", "activity": "activity", "binding": "contact",
    "coupon": "order", "visit": "scan", "group": "group",
    "referral": "contact",
}  # fmt: skip


def family_of(name: str, items: Sequence[str] = ()) -> Family:
    """Name the family of an event by its name, else by how that begins, else by what it touched.

    >>> family_of("Order Completed", ["p1"]), family_of("Wine Rated", ["w1"])
    ('order', 'content')
    >>> family_of("coterie.message.held"), family_of("coterie.tagged"), family_of("Signed Up")
    ('message', 'house', 'other')
    """
    known = BY_NAME.get(name)
    if known is not None:
        return known.family
    if is_own(name):
        return _OWN.get(name.split(".")[1], "house")
    for family, beginnings in _BEGIN:
        if name.startswith(beginnings):
            return family
    if name.endswith(" Scanned"):
        return "scan"
    return "content" if items else "other"


def names_of(family: Family, step: str = "") -> list[str]:
    """Return the names of a family, or of one step of it, in the table's order.

    >>> names_of("order", "paid")
    ['Order Completed']
    """
    return [one.name for one in TABLE if one.family == family and step in ("", one.step)]
