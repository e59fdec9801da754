"""The words for what the values say: classes, cells, angles, and why something is not told."""

from coterie.scores.values.model import Refusal
from coterie.web.speech import N_, Speech

CLASSES = {
    "high_value": N_("high value"),
    "loyal": N_("loyal"),
    "purchased": N_("purchased"),
    "intended": N_("intended"),
    "": N_("none of them"),
}

MEANINGS = {
    "high_value": N_("The fewest people who bring half of the sales of a year."),
    "loyal": N_("Bought on three days of a year, and once in the last 90 days."),
    "purchased": N_("Has an order that was not given back."),
    "intended": N_("Has no order, but showed an intent in the last 30 days, or gave one back."),
}

CELLS = {
    "champions": N_("champions"),
    "loyal": N_("loyal"),
    "potential": N_("may become loyal"),
    "new": N_("new"),
    "promising": N_("promising"),
    "needs_attention": N_("need attention"),
    "about_to_sleep": N_("about to fall asleep"),
    "at_risk": N_("at risk"),
    "cannot_lose": N_("must not be lost"),
    "hibernating": N_("asleep"),
    "lost": N_("lost"),
}

ANGLES = {
    "spend": N_("Spend"),
    "margin": N_("Margin"),
    "frequency": N_("Number of orders"),
    "expected": N_("Expected spend"),
    "advocacy": N_("Recommending us"),
    "reviews": N_("Reviews"),
}

REASONS = {
    "few_customers": N_("not enough data: %(have)s of %(need)s customers"),
    "few_repeaters": N_("not enough data: %(have)s of %(need)s customers who came back"),
    "short_history": N_("not enough data: %(have)s of %(need)s days of history"),
    "few_events": N_("not enough data: %(have)s of %(need)s events"),
    "no_fit": N_("the model does not fit this house"),
    "not_yet": N_("not worked out yet"),
}

NOBODY_CAME_BACK = N_("not enough data: nobody came back a second day yet")


def refusal(speech: Speech, why: Refusal | None) -> str:
    """Say why something is not told; what was not asked for yet is not worked out yet."""
    told = why or Refusal("not_yet")
    text = REASONS.get(told.reason, REASONS["not_yet"])
    return speech.gettext(text, have=speech.number(told.have), need=speech.number(told.need))
