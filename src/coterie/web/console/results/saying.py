"""Say a result in words: a verdict, its reason, and how sure it is."""

from coterie.analytics.model import Lift
from coterie.experiments.model import Interval
from coterie.web.speech import N_, Speech

VERDICTS = {
    "works": (N_("Works"), "sea", "trending-up"),
    "harms": (N_("Harms"), "wine", "trending-down"),
    "unknown": (N_("Cannot tell yet"), "amber", "hourglass"),
    "blocked": (N_("Blocked"), "wine", "circle-alert"),
}
ADVICE = {
    "works": N_("Ship it: it brings more than would have come by itself."),
    "harms": N_("Harmful: those who were left out did more. Pause it, or change what it says."),
    "unknown": N_("Cannot tell yet: let it run on, or ask a larger question."),
    "blocked": N_("No result: the groups were not drawn as they were meant to be."),
}
KINDS = {
    "journey": N_("Journey"),
    "broadcast": N_("Broadcast"),
    "community": N_("Invitations to a community"),
    "programme": N_("Programme"),
    "universal": N_("Everything that is sent"),
}
GUARDS = {
    "opted_out": N_("Withdrew consent"),
    "bounced": N_("Address refused the message"),
    "complained": N_("Complained to the provider"),
    "refunded": N_("Gave an order back"),
}
HOWS = {
    "naive": N_("Before and after, as it stands"),
    "did": N_("Against the change of people who were never drawn"),
    "randomised": N_("Against those left out by lot"),
}
GRADES = {
    "A": N_("A: drawn by lot"),
    "B": N_("B: others changed alike before"),
    "C": N_("C: proves nothing by itself"),
}
CONTENDERS = {
    "better": (N_("Better"), "sea"),
    "worse": (N_("Worse"), "wine"),
    "unknown": (N_("Cannot tell yet"), "amber"),
}


def points(speech: Speech, difference: float, *, signed: bool = True) -> str:
    """Write a difference of two shares in percentage points."""
    value = round(100 * difference, 1) + 0.0  # no sign before a nought
    sign = "+" if signed and value > 0 else ""
    return f"{sign}{speech.number(value, 1)}".replace("-", "−")


def verdict(speech: Speech, lift: Lift) -> str:
    """Say the verdict as a word or three."""
    return speech.gettext(VERDICTS[lift.verdict][0])


def reason(speech: Speech, lift: Lift, days: int) -> str:
    """Say why the verdict is what it is, and what would make it another."""
    if lift.doubt == "no_lot":
        return speech.gettext("Nobody is left out of it, so nothing can be compared.")
    if lift.doubt == "mismatch":
        return speech.gettext(
            "Such sizes come of the lot fewer than once in a thousand times (p = %(odds)s).",
            odds=f"{lift.odds:.1e}",
        )
    if lift.doubt == "nobody":
        return speech.ngettext(
            "Nobody's %(n)s day is over yet in both groups.",
            "Nobody's %(n)s days are over yet in both groups.",
            days,
        )
    if lift.doubt == "too_few":
        fewest = min(lift.treated.people, lift.held_out.people)
        return speech.ngettext(
            "Only %(n)s person in the smaller group: at least 20 are needed to say anything.",
            "Only %(n)s people in the smaller group: at least 20 are needed to say anything.",
            fewest,
        )
    if lift.doubt == "spans_zero" and lift.needed is not None and lift.seen_as is not None:
        return speech.gettext(
            "The range includes no difference at all. A true difference of %(points)s points "
            "would show with about %(people)s people.",
            points=points(speech, abs(lift.seen_as), signed=False),
            people=speech.number(_rounded(lift.needed)),
        )
    return speech.gettext("The whole range lies on one side of no difference.")


def short_reason(speech: Speech, lift: Lift, days: int) -> str:
    """Say the reason in a few words, for a table."""
    if lift.doubt == "too_few":
        return speech.gettext(
            "%(people)s in the smaller group, 20 are needed",
            people=speech.number(min(lift.treated.people, lift.held_out.people)),
        )
    if lift.doubt == "spans_zero" and lift.needed is not None:
        return speech.gettext(
            "about %(people)s people would settle it", people=speech.number(_rounded(lift.needed))
        )
    if lift.doubt == "no_lot":
        return speech.gettext("nobody is left out")
    if lift.doubt == "mismatch":
        return speech.gettext("the groups' sizes do not fit the lot")
    if lift.doubt == "nobody":
        return speech.ngettext(
            "the first %(n)s day is not over", "the first %(n)s days are not over", days
        )
    return speech.gettext("beyond chance")


def interval(speech: Speech, lift: Lift) -> str:
    """Write the range; empty where there is none."""
    return "" if lift.interval is None else span(speech, lift.interval)


def span(speech: Speech, of: Interval) -> str:
    """Write a range of a difference of two shares."""
    return speech.gettext(
        "%(low)s to %(high)s points", low=points(speech, of.low), high=points(speech, of.high)
    )


def signed(speech: Speech, value: float, digits: int = 0) -> str:
    """Write a number with its sign, after rounding."""
    value = round(value, digits) + 0.0
    return f"{'+' if value > 0 else ''}{speech.number(value, digits)}".replace("-", "−")


def _rounded(people: int) -> int:
    """Round a reckoned number of people to two digits: more would pretend to know.

    >>> _rounded(22_853), _rounded(598), _rounded(42)
    (23000, 600, 42)
    """
    size = int(10 ** max(0, len(str(people)) - 2))
    return round(people / size) * size
