"""The words for codes of materials, scripts and plans, in English; see ``vocabulary``."""

from collections.abc import Mapping

MATERIAL = {
    "text": "text",
    "image": "picture",
    "poster": "poster",
    "link": "page",
    "article": "article",
    "video": "film",
    "file": "document",
}

SHELF = {
    "offered": "may be used",
    "waiting": "not yet",
    "over": "over",
    "retired": "taken away",
}
"""How a material stands."""

STAGE = {
    "hello": "first hello",
    "taste": "asking her taste",
    "invite": "invitation",
    "offer": "offer",
    "after_sale": "after the sale",
    "care": "care",
    "win_back": "winning back",
    "objection": "answering an objection",
}
"""Where a script belongs."""

OBJECTION = {
    "price": "too expensive",
    "quality": "is it any good?",
    "time": "no time now",
    "delivery": "delivery",
    "taste": "not to my taste",
    "trust": "is it genuine?",
    "gift": "fit for a gift?",
}

CARRIER = {
    "chat": "WeCom chat",
    "group": "group chat",
    "moments": "Moments",
    "poster": "poster with a code",
    "h5": "web page",
    "mini_program": "mini program",
    "store": "in the store",
}
"""Where a script is said."""

CLAIM = {
    "superlative": "Advertising law, article 9: a superlative. Say what the thing is instead.",
    "first": "Advertising law, article 9: a claim to be first. Only with its proof and date.",
    "level": "Advertising law, article 9: a rank such as world-class. Name the real designation.",
    "only": "A claim to be the only one. Say it only if it can be proven.",
    "promise": "An absolute promise. Say what is done if it fails.",
    "urges_to_drink": "Advertising law, article 23: it urges to drink, or to drink much.",
    "drives": "Advertising law, article 23: driving has no place beside a drink.",
    "soothes": "Advertising law, article 23: drink takes no stress away and gives no strength.",
    "minors": "Nothing about drink for people under eighteen.",
    "health_effect": "Advertising law, article 17: food and drink promise no effect on health.",
    "rewarded_spread": "WeChat's rules: no reward for spreading a link. "
    "Reward what comes of it, by the guide's code.",
    "banned_here": "The author of this script banned it.",
    "unknown_slot": "There is no such slot: guides could not fill it.",
}
"""Why a place in a script may be objected to."""

START = {
    "added": "she added a guide",
    "bought": "she bought something",
    "joined": "she joined a group",
    "dated": "fixed days",
    "weekly": "every week",
}
"""What a plan counts its days from."""

MISSED = {
    "skip": "what is not done in its window is over",
    "next": "who comes after hours is met the next day",
    "late": "it may be done later, and counts as late",
}

LEFT = {
    "live": "under way",
    "done": "had everything",
    "did": "ended early: she did it",
    "segment": "ended early: the segment",
    "not_in": "not of the segment",
    "joined": "known twice, one went on",
}
"""How people stand in a plan."""

OF_GUIDES: Mapping[str, Mapping[str, str]] = {
    "material": MATERIAL,
    "shelf": SHELF,
    "stage": STAGE,
    "objection": OBJECTION,
    "carrier": CARRIER,
    "claim": CLAIM,
    "start": START,
    "missed": MISSED,
    "left": LEFT,
}
