"""The words for codes: what a status, a reason or an event is called on a page, in English.

The catalogues have them in the other languages. Codes are stable and never shown themselves.
"""

from collections.abc import Mapping

STATUS = {
    "queued": "waiting to be sent",
    "leased": "being sent",
    "sent": "sent",
    "shadow": "shadow, not sent on purpose",
    "held": "held",
    "failed": "failed",
}

REASON = {
    "stopped": "all sends were stopped",
    "paused": "its sender is paused",
    "no_channel": "the channel is not set up",
    "no_template": "the template does not exist",
    "no_address": "no address to write to",
    "no_consent": "has not agreed to be written to",
    "holdout": "in the control group",
    "expired": "it was too late to be of use",
    "cap_day": "enough for one day",
    "cap_week": "enough for one week",
    "quiet_hours": "quiet hours",
    "template_failed": "the template could not be filled in",
    "erased": "the data was erased",
    "rejected": "the provider refused it",
    "exhausted": "every attempt failed",
    "ambiguous": "nobody knows whether it arrived",
    "cancelled": "its sender was cancelled",
}

TOUCH = {
    "emotional": "emotional",
    "informational": "informational",
    "service": "service",
    "commercial": "commercial",
}

CHANNEL = {"sandbox": "sandbox", "email": "e-mail", "wecom": "WeCom", "webhook": "webhook"}

ROLE = {"owner": "owner", "operator": "operator"}

SCENARIO = {
    "wine": "the ratings are real (X-Wines), consent and answers to invitations are drawn",
}

EVENT = {
    "Page Viewed": "viewed a page",
    "Screen Viewed": "viewed a screen",
    "Article Read": "read an article",
    "Article Shared": "shared an article",
    "Tasting Attended": "came to a tasting",
    "Item Viewed": "looked at an item",
    "Product Viewed": "looked at a product",
    "Wine Rated": "rated a wine",
    "Link Clicked": "followed a link",
    "Order Completed": "placed an order",
    "Order Refunded": "got an order refunded",
    "Consent Given": "agreed to be written to",
    "Consent Withdrawn": "withdrew consent",
    "*": "did anything",
    "coterie.identified": "was recognised",
    "coterie.grouped": "was put in a company",
    "coterie.aliased": "got another identity",
    "coterie.tagged": "got a tag",
    "coterie.untagged": "lost a tag",
    "coterie.trait_set": "got a trait",
    "coterie.message.queued": "a message was queued",
    "coterie.message.held": "a message was held",
    "coterie.message.shadow": "a message was left out for comparison",
    "coterie.message.sent": "got a message",
    "coterie.message.failed": "a message failed",
    "coterie.journey.entered": "entered a journey",
    "coterie.journey.exited": "left a journey",
    "coterie.community.invited": "was invited to a community",
    "coterie.community.accepted": "accepted an invitation",
    "coterie.community.declined": "declined an invitation",
    "coterie.community.expired": "let an invitation expire",
    "coterie.community.joined": "joined a community",
    "coterie.community.left": "left a community",
}

ERROR = {
    "invalid": "Something in what was sent is not right.",
    "not_found": "There is no such page, or what it showed is gone.",
    "conflict": "It exists already, or something else uses it.",
    "not_permitted": "You may not do this.",
    "unavailable": "This does not work right now. Try again soon.",
    "not_known": "Sign in first.",
    "strange_form": "This form has grown old. Go back, reload the page and send it again.",
    "invalid_form": "This form could not be read. Go back, reload the page and send it again.",
    "too_large": "This is larger than what is taken here.",
    "wrong_method": "This address does not do that.",
    "too_many_requests": "That was too fast. Wait a moment and try again.",
    "too_many_sign_ins": "Too many wrong passwords. Wait some minutes and try again.",
    "expired": "This address was good for a while only. Ask for a new one.",
    "no_open_offer": "This invitation is not open.",
    "template_failed": "The template cannot be read or filled in.",
    "internal": "Something went wrong on our side; it is in the log.",
}

COMMUNITY = {
    "brand": "brand",
    "commutative": "exchange",
    "customer": "customers",
    "entrepreneurial": "entrepreneurs",
    "industry": "industry",
    "information": "news",
    "interest": "interest",
    "knowledge": "knowledge",
    "product": "product",
    "tool": "tool",
}
"""Kinds of communities."""

INVITATION = {
    "offered": "waiting for an answer",
    "accepted": "accepted",
    "declined": "declined",
    "expired": "no answer in time",
    "held": "held",
    "held_out": "left out on purpose",
}

VIA = {
    "invitation": "invitation",
    "console": "the desk",
    "code": "a code",
    "link": "a link",
}
"""How somebody came to a community."""

IDENTITY = {
    "user_id": "user id",
    "anonymous_id": "device",
    "phone": "phone",
    "email": "e-mail",
    "name": "name",
    "firstName": "first name",
    "first_name": "first name",
    "lastName": "last name",
    "last_name": "last name",
    "username": "username",
    "address": "address",
    "avatar": "avatar",
    "description": "description",
    "website": "website",
    "member_no": "member number",
    "wecom.external_userid": "WeCom contact",
    "wechat.unionid": "WeChat union id",
}
"""What leads to a person, and what identifies her."""

PURPOSE = {"marketing": "marketing"}
"""What one may consent to."""

KIND = {
    "item": "item",
    "article": "article",
    "product": "product",
    "activity": "activity",
    "store": "store",
    "material": "material",
    "wine": "wine",
}
"""Kinds of items."""

VOCABULARY: Mapping[str, Mapping[str, str]] = {
    "status": STATUS,
    "reason": REASON,
    "touch": TOUCH,
    "channel": CHANNEL,
    "role": ROLE,
    "scenario": SCENARIO,
    "event": EVENT,
    "error": ERROR,
    "community": COMMUNITY,
    "invitation": INVITATION,
    "via": VIA,
    "kind": KIND,
    "identity": IDENTITY,
    "purpose": PURPOSE,
}
