"""What members' pages call the states of their friends, in English; the catalogue has the rest.

To a member it is said more softly than to an operator, and never so that it tells who it is about.
"""

from collections.abc import Mapping

from coterie.web.speech import N_, Speech, plural

WAITS: Mapping[str, str] = {
    "to_join": N_("opened your invitation, and has not come yet"),
    "to_buy": N_("came, and has not bought yet"),
    "to_stay": N_("came, and counts after staying a while"),
    "to_be_approved": N_("counts, and the reward is being checked"),
    "to_be_given": N_("counts, and the reward is on its way"),
}
_WITH_US = N_("was with us already")
_LATE = N_("came after the time was over")
_ENOUGH = N_("came when you had all the rewards that you can get")
REFUSED: Mapping[str, str] = {
    "known": _WITH_US,
    "here_already": _WITH_US,
    "takes_part": _WITH_US,
    "self": N_("was you yourself"),
    "same_person": N_("was you yourself"),
    "left": N_("left again too soon"),
    "refunded": N_("gave the order back"),
    "too_small": N_("bought for too little"),
    "too_late": _LATE,
    "out_of_time": _LATE,
    "cap_person": _ENOUGH,
    "cap_day": _ENOUGH,
    "cap_all": N_("came when all rewards had been given"),
}
_OTHER = N_("did not meet the rules")

SUGGESTED: Mapping[str, str] = {
    "bought_lately": N_("bought a short while ago"),
    "known_long": N_("yours for a long time"),
    "active": N_("active these days"),
}
"""Why a guide may ask a customer for friends."""
COUNTED: Mapping[str, tuple[str, str, str]] = {
    "brought_before": ("friends", *plural("brought %(n)s friend", "brought %(n)s friends")),
    "bought": ("orders", *plural("bought %(n)s time", "bought %(n)s times")),
}
"""The same with a number: what it is called, one of it, many."""


def counted(
    speech: Speech, found: Mapping[str, str], reasons: list[tuple[str, int]]
) -> tuple[tuple[str, int], ...]:
    """Put reasons into words; those that read alike are added up.

    >>> from zoneinfo import ZoneInfo
    >>> speech = Speech("en", ZoneInfo("UTC"), 0)
    >>> counted(speech, REFUSED, [("known", 2), ("takes_part", 1), ("odd", 1)])
    (('was with us already', 3), ('did not meet the rules', 1))
    """
    told: dict[str, int] = {}
    for code, n in reasons:
        words = speech.gettext(found.get(code, _OTHER))
        told[words] = told.get(words, 0) + n
    return tuple(told.items())
