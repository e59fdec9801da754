"""The words for codes: what a status, a reason or an event is called on a page, in English.

The catalogues have them in the other languages. Codes are stable and never shown themselves.
"""

from collections.abc import Mapping

from coterie.web.vocabulary_bindings import OF_BINDINGS
from coterie.web.vocabulary_coupons import OF_COUPONS
from coterie.web.vocabulary_groups import OF_GROUPS
from coterie.web.vocabulary_guides import OF_GUIDES
from coterie.web.vocabulary_referrals import OF_REFERRALS

STATUS = {
    "queued": "waiting to be sent",
    "leased": "being sent",
    "asked": "waits for her guide",
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
    "bounced": "the address takes no messages",
    "no_consent": "has not agreed to be written to",
    "non_personalised": "wants nothing chosen for her",
    "age_unknown": "her age is not known",
    "under_age": "she is too young for it",
    "holdout": "in the control group",
    "irrelevant": "cares too little for it",
    "expired": "it was too late to be of use",
    "cap_day": "enough for one day",
    "cap_week": "enough for one week",
    "cap_channel": "enough on this channel",
    "cap_touch": "enough of this kind",
    "mix": "too much would be commercial",
    "duplicate": "gets the same already",
    "quiet_hours": "quiet hours",
    "template_failed": "the template could not be filled in",
    "erased": "the data was erased",
    "rejected": "the provider refused it",
    "exhausted": "every attempt failed",
    "ambiguous": "nobody knows whether it arrived",
    "cancelled": "its sender was cancelled",
    "quota": "the platform allows no more of them for now",
    "not_contact": "she is no contact of the guide any more",
    "unconfirmed": "no guide confirmed it in time",
}

TOUCH = {
    "emotional": "emotional",
    "informational": "informational",
    "service": "service",
    "commercial": "commercial",
}

CHANNEL = {
    "sandbox": "sandbox",
    "email": "e-mail",
    "wecom": "WeCom",
    "webhook": "webhook",
    "sms": "SMS",
}

TASK = {
    "open": "to be done",
    "done": "done",
    "expired": "too late",
    "cancelled": "called off",
}

TASKED = {"guide": "her guide", "store": "her store", "role": "a colleague"}

ROLE = {"owner": "owner", "operator": "operator"}

SCENARIO = {
    "wine": "the ratings are real (X-Wines), consent and answers to invitations are drawn",
    "wecom": "customers, guides and WeCom itself",
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
    "Coupon Redeemed": "redeemed a coupon",
    "Campaign Received": "got a campaign",
    "Poll Answered": "answered a poll",
    "Consent Given": "agreed to be written to",
    "Consent Withdrawn": "withdrew consent",
    "*": "did anything",
    "coterie.identified": "was recognised",
    "coterie.grouped": "was put in a company",
    "coterie.aliased": "got another identity",
    "coterie.merged": "turned out to be known by another identity",
    "coterie.unmerged": "was parted from somebody else",
    "coterie.tagged": "got a tag",
    "coterie.untagged": "lost a tag",
    "coterie.trait_set": "got a trait",
    "coterie.message.held": "a message was held",
    "coterie.message.shadow": "a message was left out for comparison",
    "coterie.message.sent": "got a message",
    "coterie.message.failed": "a message failed",
    "coterie.message.delivered": "a message arrived",
    "coterie.message.bounced": "a message came back",
    "coterie.message.complained": "reported a message as unwanted",
    "coterie.message.stopped": "answered that she wants no more",
    "coterie.journey.entered": "entered a journey",
    "coterie.journey.exited": "left a journey",
    "coterie.journey.drawn": "drew a way in an experiment",
    "coterie.action.asked": "a journey asked for an action",
    "coterie.action.refused": "an action of a journey was refused",
    "coterie.task.asked": "a colleague got a task",
    "coterie.task.done": "a task was done",
    "coterie.task.expired": "a task came too late",
    "coterie.task.cancelled": "a task was called off",
    "coterie.community.invited": "was invited to a community",
    "coterie.community.accepted": "accepted an invitation",
    "coterie.community.declined": "declined an invitation",
    "coterie.community.expired": "let an invitation expire",
    "coterie.community.joined": "joined a community",
    "coterie.community.left": "left a community",
    "Content Dwelt": "stayed with something",
    "Content Finished": "read or watched to the end",
    "Content Shared": "shared something",
    "Activity Registered": "registered for an activity",
    "Activity Cancelled": "cancelled an activity",
    "Activity Attended": "came to an activity",
    "Order Created": "began an order",
    "Order Cancelled": "cancelled an order",
    "Group Joined": "joined a group",
    "Group Left": "left a group",
    "Group Message Sent": "wrote in a group",
    "Contact Added": "and a guide are in contact",
    "Contact Deleted": "and a guide parted",
    "Contact Transfer Failed": "was not handed over to another guide",
    "coterie.group.joined": "is in a group",
    "coterie.group.left": "is no longer in a group",
    "Moment Liked": "liked a moment",
    "Moment Commented": "commented on a moment",
    "coterie.visit.made": "came to a store",
    "coterie.campaign.drawn": "was drawn for a campaign",
    "coterie.campaign.tiered": "came into another tier of a campaign",
    "coterie.coupon.issued": "got a coupon",
    "coterie.coupon.refused": "did not get a coupon",
    "coterie.coupon.redeemed": "paid with a coupon",
    "coterie.coupon.rolled_back": "got a coupon back",
    "coterie.coupon.expired": "let a coupon expire",
    "coterie.coupon.revoked": "had a coupon taken back",
    "Invitation Opened": "opened a friend's invitation",
    "coterie.referral.touched": "was invited by a friend",
    "coterie.referral.joined": "came by a friend",
    "coterie.referral.qualified": "did what a friend's reward asks for",
    "coterie.referral.approved": "was promised a reward for friends",
    "coterie.referral.rejected": "did not count as a friend's friend",
    "coterie.referral.clawed_back": "had a reward for friends taken back",
    "Code Scanned": "scanned a code",
    "Product Scanned": "scanned a product",
    "coterie.activity.invited": "was invited to an activity",
    "coterie.activity.registered": "got a seat at an activity",
    "coterie.activity.waitlisted": "was put on a waiting list",
    "coterie.activity.cancelled": "gave up a seat",
    "coterie.activity.called_off": "was told that an activity is off",
    "coterie.activity.attended": "came to an activity",
    "coterie.activity.attendance_undone": "had a check-in taken back",
    "coterie.activity.no_show": "did not come to an activity",
    "coterie.activity.no_show_undone": "came late after all",
    "coterie.activity.passed": "passed a level",
    "coterie.activity.pass_undone": "had a pass taken back",
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
    "emotional_discount": "An emotional touch speaks of no discount and no price. "
    "Choose another template, or call it commercial.",
    "template_failed": "The template cannot be read or filled in.",
    "claims_found": "It says what may not be said. Write it otherwise, or say why it may stand.",
    "material_over": "This material may not be used now: its time is over, or not yet come.",
    "script_over": "This script is not in use any more. Take another one.",
    "guide_left": "This guide serves no more: choose another.",
    "no_handover": "This can not be handed over: see what the preview says.",
    "task_over": "This task is over: its time has passed, or it was called off.",
    "taken": "There is one of this name already: choose another name.",
    "not_hers": "There is nothing of the kind among yours or your store's.",
    "link_over": "This link was used already, or has had its time. Ask for a new one.",
    "no_wecom": "This house is not connected to WeCom. Sign in by a link.",
    "not_here": "She has to sign in on this phone herself first.",
    "programme_closed": "This programme is not on: nobody new takes part.",
    "not_invited": "This programme is for others.",
    "not_qualified": "She has not qualified: there is nothing to approve.",
    "cap_all": "This programme has given all the rewards that it may. Raise its cap first.",
    "approved_already": "It was approved: what was given is taken back by a refund.",
    "risky_design": "This design has a high risk. Change it, or say why you accept that.",
    "forbidden_design": "Rewards go one level, for what a friend did, and cost no fee.",
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
    "waiting_list": "the waiting list",
}
"""How somebody came to a community."""

IDENTITY = {
    "user_id": "user id",
    "anonymous_id": "device",
    "wecom.external_userid": "WeCom contact",
    "wechat.unionid": "WeChat union id",
    "wechat.openid": "WeChat open id",
    "member_no": "member number",
    "tmall.buyer": "Tmall buyer",
    "jd.buyer": "JD buyer",
    "order": "order number",
    "pos.card": "till card",
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
}
"""What leads to a person, and what identifies her."""

PURPOSE = {
    "marketing": "marketing",
    "personalisation": "personal suggestions",
    "referral": "invitations by friends",
}
"""What one may consent to."""

ERASURE = {
    "asked": "waits for an answer",
    "declined": "declined",
    "erasing": "being erased",
    "stuck": "stuck: something was found",
    "proven": "erased and proven",
    "lifted": "erased; may come in again",
}
"""How a request to be erased stands."""

FORM = {
    "tasting": "tasting",
    "course": "course",
    "live": "live stream",
    "salon": "salon",
    "seminar": "seminar",
    "lecture": "lecture",
    "forum": "forum",
    "party": "party",
}
"""Forms of activities."""

LEVEL = {"entry": "entry", "intermediate": "intermediate", "advanced": "advanced"}
"""Levels of courses and tastings."""

REGISTRATION = {
    "invited": "invited",
    "registered": "has a seat",
    "waiting": "on the waiting list",
    "cancelled": "cancelled",
    "attended": "was there",
    "no_show": "did not come",
    "missed": "got no seat",
}
"""How somebody stands to an activity."""

HOW = {
    "said": "the order says so",
    "link": "followed a link",
    "content": "read about it",
    "activity": "met it at an activity",
    "message": "a message named it",
}
"""How we know that an order followed a recommendation."""

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

LINK = {
    "seen": "named together",
    "alias": "said to be the same",
    "operator": "joined by hand",
    "claim": "claimed by her",
    "decided": "decided in the queue",
}
"""What made two profiles one person."""

DOUBT = {
    "limit": "several people use it",
    "bridge": "it alone would join two people",
    "again": "it was said again after it had been taken apart",
}
"""Why an identity joins nobody before somebody decides."""

ANSWER = {
    "delivered": "Arrived, says the provider",
    "bounced": "Came back",
    "complained": "She reported it as unwanted",
    "stopped": "She answered that she wants no more",
}
"""What a provider told of a message later."""

VOCABULARY: Mapping[str, Mapping[str, str]] = {
    "status": STATUS,
    "answer": ANSWER,
    "reason": REASON,
    "touch": TOUCH,
    "channel": CHANNEL,
    "role": ROLE,
    "task": TASK,
    "tasked": TASKED,
    "scenario": SCENARIO,
    "event": EVENT,
    "error": ERROR,
    "community": COMMUNITY,
    "invitation": INVITATION,
    "via": VIA,
    "form": FORM,
    "level": LEVEL,
    "registration": REGISTRATION,
    "how": HOW,
    "kind": KIND,
    "identity": IDENTITY,
    "link": LINK,
    "doubt": DOUBT,
    "purpose": PURPOSE,
    "erasure": ERASURE,
    **OF_GUIDES,
    **OF_BINDINGS,
    **OF_COUPONS,
    **OF_GROUPS,
    **OF_REFERRALS,
}
