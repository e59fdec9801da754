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

VOCABULARY: Mapping[str, Mapping[str, str]] = {
    "status": STATUS,
    "reason": REASON,
    "touch": TOUCH,
    "channel": CHANNEL,
    "role": ROLE,
    "scenario": SCENARIO,
    "event": EVENT,
    "error": ERROR,
}
