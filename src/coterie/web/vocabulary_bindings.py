"""The words for codes of bindings, credit and handovers, in English; see ``vocabulary``."""

from collections.abc import Mapping

BOUND_BY = {
    "scan": "her code in the store",
    "order": "an order made by her",
    "code": "a channel code",
    "added": "added as a contact",
    "chat": "a talk",
    "handed": "handed over",
    "given": "given by an operator",
    "chosen": "the customer's own choice",
    "guide_left": "the guide left: in trust of the store",
    "store_closed": "the store closed",
    "deleted": "the friendship ended",
    "bought": "bought by herself",
    "link": "a link was followed",
}
"""What began a binding, or touched it."""

ENDED_BY = {
    "open": "goes on",
    "silence": "silence",
    "inactive": "the guide's silence",
    "moved": "went to another",
    "deleted": "the friendship ended",
    "guide_left": "the guide left",
    "store_closed": "the store closed",
}

CREDIT_WAY = {
    "in_store": "served in the store",
    "bound": "her guide",
    "code": "channel code",
    "link": "link",
    "organic": "nobody's work",
}

CREDIT_WHY = {
    "served": "She served the customer in the store when this was bought.",
    "served_other": "She served another guide's customer in the store.",
    "hers_served": "The customer was hers; a colleague served her in the store.",
    "bound": "The customer was hers when this was paid.",
    "in_trust": "The store held the customer in trust: her guide had left.",
    "handed_to": "The customer had been handed over to her not long before.",
    "handed_from": "She had handed the customer over not long before.",
    "by_code": "Nobody's customer; she had come by this channel code.",
    "by_link": "Nobody's customer; she had followed this link.",
    "organic": "Nobody's customer, and no code or link led to it.",
}

WHY_NOT = {
    "all_yours": "It is all hers.",
    "part_yours": "A part of it is hers.",
    "served_by_other": "A colleague served the customer in the store when it was bought.",
    "never_met": "Nothing ever happened between her and this customer.",
    "too_late": "She met this customer only after it was paid.",
    "not_binding": "Talking or sending a link binds nobody: a scan, a code or an order does.",
    "protected": "The customer was another guide's, and protected, when she met her.",
    "later": "The customer came to another guide after she had met her.",
    "moved_away": "The customer was hers, and went to another before it was paid.",
    "ended": "The customer was hers, and the binding ended before it was paid.",
}

HANDOVER = {
    "asked": "to be asked for",
    "waiting": "may still refuse",
    "done": "handed over",
    "refused": "refused",
    "limit": "no room, or too often",
    "failed": "failed",
    "skipped": "left out",
}

HANDOVER_WHY = {
    "twice": "handed over twice within 90 days",
    "in_progress": "is being handed over already",
    "not_friend": "is no contact of this guide at WeCom",
    "customer_refused": "she chose to stay",
    "customer_limit_exceed": "the new guide has all the contacts she may have",
    "none": "the platform knows of no such handover",
    "unanswered": "the platform did not answer",
    "erased": "her data was erased",
    "ours": "not at WeCom: moved in our books",
    "same_guide": "that is the same guide",
    "taker_left": "the new guide has left",
    "taker_no_right": "the new guide may not have contacts at WeCom",
    "message_long": "the message is longer than 200 characters",
    "40096": "WeCom does not know this customer",
    "40131": "is no contact of this guide at WeCom",
    "90500": "the group's owner has not left",
    "90501": "this is no customer group",
    "90504": "the new owner may not own it",
    "90507": "the new owner took over 300 groups today",
    "90508": "this group was handed over twice within 90 days",
}

OF_BINDINGS: Mapping[str, Mapping[str, str]] = {
    "bound_by": BOUND_BY,
    "ended_by": ENDED_BY,
    "credit_way": CREDIT_WAY,
    "credit_why": CREDIT_WHY,
    "why_not": WHY_NOT,
    "handover": HANDOVER,
    "handover_why": HANDOVER_WHY,
}
