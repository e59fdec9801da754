"""Say a result in words: a verdict, its reason, and how sure it is."""

from coterie.analytics.model import Lift
from coterie.web.speech import N_, Speech

VERDICTS = {
    "works": (N_("Works"), "sea", "trending-up"),
    "harms": (N_("Harms"), "wine", "trending-down"),
    "unknown": (N_("Cannot tell yet"), "amber", "hourglass"),
}
KINDS = {
    "journey": N_("Journey"),
    "broadcast": N_("Broadcast"),
    "community": N_("Invitations to a community"),
}


def points(speech: Speech, difference: float, *, signed: bool = True) -> str:
    """Write a difference of two shares in percentage points."""
    value = round(100 * difference, 1)
    sign = "+" if signed and value > 0 else ""
    return f"{sign}{speech.number(value, 1)}".replace("-", "−")


def verdict(speech: Speech, lift: Lift) -> str:
    """Say the verdict as a word or three."""
    return speech.gettext(VERDICTS[lift.verdict][0])


def reason(speech: Speech, lift: Lift, days: int) -> str:
    """Say why the verdict is what it is, and what would make it another."""
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
    if lift.doubt == "nobody":
        return speech.ngettext(
            "the first %(n)s day is not over", "the first %(n)s days are not over", days
        )
    return speech.gettext("beyond chance")


def interval(speech: Speech, lift: Lift) -> str:
    """Write the range; empty where there is none."""
    if lift.interval is None:
        return ""
    return speech.gettext(
        "%(low)s to %(high)s points",
        low=points(speech, lift.interval.low),
        high=points(speech, lift.interval.high),
    )


def _rounded(people: int) -> int:
    """Round a reckoned number of people to two digits: more would pretend to know.

    >>> _rounded(22_853), _rounded(598), _rounded(42)
    (23000, 600, 42)
    """
    size = int(10 ** max(0, len(str(people)) - 2))
    return round(people / size) * size
