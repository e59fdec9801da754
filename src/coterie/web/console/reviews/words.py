"""What the codes of a review are called, and why it cannot tell."""

from coterie.analytics.review.effect import FEWEST, FEWEST_BUYERS, Effect
from coterie.web.speech import N_, Speech

STEPS = {
    "joined": N_("joined"), "active": N_("active"), "seeded": N_("seeded"),
    "visited": N_("visited"), "bought": N_("bought"),
}  # fmt: skip
HOWS = {
    "code": N_("scanned a group code"), "fission": N_("brought by a friend"),
    "invitation": N_("invited by somebody"), "other": N_("some other way"),
}  # fmt: skip
PLACES = {
    "offline": N_("in stores"), "online": N_("cloud store and online"),
    "elsewhere": N_("stores not known"),
}  # fmt: skip
WAYS = {
    "in_store": N_("served in the store"), "bound": N_("own customer"), "code": N_("by code"),
    "link": N_("by link"), "organic": N_("nobody's"),
}  # fmt: skip
RATES = {
    "visits": N_("visits of every hundred members"),
    "visitors": N_("visitors of every hundred members"),
    "buyers": N_("buyers of every hundred visitors"),
}
VERDICTS = {
    "works": (N_("It brought more"), "sea", "trending-up"),
    "harms": (N_("It brought less"), "wine", "trending-down"),
    "unknown": (N_("Cannot tell"), "amber", "hourglass"),
    "blocked": (N_("Cannot tell: the draw is broken"), "wine", "circle-alert"),
}
READINGS = {
    "naive": N_("Members before and after"),
    "did": N_("The change of members less that of others"),
}
GRADES = {
    "lot": N_("invited and held out by lot"),
    "alike": N_("others changed alike before the campaign"),
    "not_alike": N_("others had not moved alike before the campaign"),
    "before_after": N_("only before against after"),
    "no_past": N_("nothing to compare with"),
}


def doubt(speech: Speech, effect: Effect) -> str:
    """Say why nothing can be told; empty where something can."""
    said = {
        "not_drawn": N_("Nobody was drawn, so nobody was held out to compare with."),
        "no_holdout": N_("Nobody was held out, so what would have come by itself is unknown."),
        "running": N_("The campaign is still running; the answer comes after its last day."),
        "spans_zero": N_("The interval includes no difference at all."),
    }
    if effect.doubt is None:
        return ""
    if effect.doubt == "mismatch":
        return speech.gettext(
            "%(one)s invited and %(other)s held out do not come of the lot that was meant "
            "(chance below one in a thousand).",
            one=speech.number(effect.invited), other=speech.number(effect.held_out),
        )  # fmt: skip
    if effect.doubt == "too_few":
        return speech.gettext(
            "Too few: at least %(people)s people in each group and %(buyers)s buyers are needed.",
            people=speech.number(FEWEST), buyers=speech.number(FEWEST_BUYERS),
        )  # fmt: skip
    return speech.gettext(said[effect.doubt])
