"""What the states of a broadcast are called, and how their words look."""

from collections.abc import Mapping

from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.messaging import plays
from coterie.web.speech import N_, Speech

STATES: Mapping[str, str] = {
    "draft": N_("draft"),
    "waiting": N_("waits for approval"),
    "scheduled": N_("scheduled"),
    "sending": N_("is being sent"),
    "done": N_("done"),
    "cancelled": N_("cancelled"),
}

TONES: Mapping[str, str] = {
    "draft": "quiet",
    "waiting": "amber",
    "scheduled": "sea",
    "sending": "sea",
    "done": "quiet",
    "cancelled": "quiet",
}

STEPS: tuple[tuple[str, str], ...] = (
    ("draft", N_("Draft")),
    ("waiting", N_("Approval")),
    ("scheduled", N_("Scheduled")),
    ("sending", N_("Sending")),
    ("done", N_("Done")),
)
"""The way of a broadcast, in order; ``cancelled`` leaves it."""

ENTITLED: Mapping[str, str] = {
    "no_accounts": N_("A second person must approve this, and this desk has no accounts yet: "
                      "whoever opens it on this machine is one and the same. Make two accounts, "
                      "one for you and one for a colleague, then sign in."),
    "asked_for_it": N_("You asked for this broadcast, so somebody else must approve it. Let a "
                       "colleague sign in with an account of her own."),
    "wrote_it": N_("You wrote this broadcast, so somebody else must approve it. Let a colleague "
                   "sign in with an account of her own."),
}  # fmt: skip
"""Why the one who looks may not approve, and what to do."""

FAULTS: Mapping[str, str] = {
    "title": N_("Give it a name of at most 100 characters."),
    "segment": N_("Choose a segment with somebody in it."),
    "template": N_("Choose a template that exists and that this channel can carry."),
    "channel": N_("Choose a channel that is set up."),
    "touch": N_("Choose a touch kind."),
    "send_at": N_("Choose a day and a time."),
    "holdout": N_("Choose a share from 0 to 100 percent."),
    "programme": N_("Name a programme with small letters, digits and hyphens, or none."),
}
"""By field: what to do about a plan that cannot be carried out."""


def fault_words(speech: Speech, error: CoterieError) -> str:
    """Say what is wrong with a plan, or that it has moved on meanwhile."""
    if error.code == plays.CODE:
        return speech.word("error", error.code)
    if isinstance(error, Invalid) and error.path in FAULTS:
        return speech.gettext(FAULTS[error.path])
    if isinstance(error, Conflict):
        return speech.gettext("It has moved on meanwhile; this is how it stands now.")
    return error.message
