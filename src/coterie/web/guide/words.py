"""What the guides' pages call things, in English; the catalogue has the other languages."""

from collections.abc import Mapping

from coterie.web.speech import N_

NOT_SAY = {
    "erasing": N_("She asked to be erased. Do not write to her; what we know is not shown."),
    "case": N_("A complaint of hers is open. Settle it first, and offer nothing."),
    "no_marketing": N_("She wants no advertising. Answer what she asks, and offer nothing."),
    "not_personalised": N_(
        "She wants nothing chosen for her. Say nothing that shows what we know of her."
    ),
    "minor": N_("She is under age. No alcohol, no offers."),
    "just_spoken": N_("Somebody spoke to her within two days. Do not press her."),
}

CONFIRM = {
    "customers": N_("to customers"),
    "groups": N_("to groups"),
    "moment": N_("a moment"),
}

STAGE = {
    "hello": N_("greeting"),
    "taste": N_("tasting"),
    "invite": N_("invitation"),
    "offer": N_("offer"),
    "after_sale": N_("after the purchase"),
    "care": N_("care"),
    "win_back": N_("after a long silence"),
    "objection": N_("objection"),
}

OBJECTION = {
    "price": N_("the price"),
    "quality": N_("the quality"),
    "time": N_("the time"),
    "delivery": N_("the delivery"),
    "taste": N_("the taste"),
    "trust": N_("trust"),
    "gift": N_("as a gift"),
}

WAY = {
    "in_store": N_("you served her"),
    "bound": N_("she is yours"),
    "code": N_("by your code"),
    "link": N_("by your link"),
    "organic": N_("by herself"),
}

WHY_NOT = {
    "all_yours": N_("It is all yours."),
    "part_yours": N_("A part of it is yours: it was shared."),
    "served_by_other": N_("A colleague served her in the store."),
    "never_met": N_("You had not met her: no code, no visit, no chat."),
    "too_late": N_("You met her after she had paid."),
    "not_binding": N_("A chat alone makes nobody your customer: a code, a visit or an order does."),
    "protected": N_("When you met her, a colleague's protection still held."),
    "later": N_("She was somebody else's customer when she paid."),
    "moved_away": N_("She had gone over to a colleague before."),
    "ended": N_("She was yours, and then it ended: nobody kept in touch."),
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "not_say": NOT_SAY,
    "confirm": CONFIRM,
    "stage": STAGE,
    "objection": OBJECTION,
    "way": WAY,
    "why_not": WHY_NOT,
}
