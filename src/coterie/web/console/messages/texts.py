"""What the gate's codes mean to an operator: what would release a held message, what was asked."""

from collections.abc import Mapping

from coterie.messaging.model import Reason
from coterie.web.speech import N_

CURES: Mapping[str, str] = {
    Reason.STOPPED: N_(
        "Somebody resumes all sends. This one was asked for while they were "
        "stopped, so it does not go out by itself."
    ),
    Reason.QUOTA: N_(
        "The platform counts a new day, week or month. Until then nobody may send her more."
    ),
    Reason.NOT_CONTACT: N_("She adds a guide of the brand again, by a code or by hand."),
    Reason.UNCONFIRMED: N_("A guide of hers confirms it in WeCom when it is sent once more."),
    Reason.NO_CHANNEL: N_(
        "The channel is set up in the settings. What is asked for after that can go out."
    ),
    Reason.NO_TEMPLATE: N_("A template of that name exists for this channel."),
    Reason.NO_ADDRESS: N_("We learn an address: an e-mail for e-mail, for example."),
    Reason.BOUNCED: N_("Another address of hers. This one was refused for good."),
    Reason.NO_CONSENT: N_("She agrees to be written to on this channel. We never guess."),
    Reason.HOLDOUT: N_(
        "Nothing: she belongs to the control group on purpose, so that we can see "
        "what our messages bring."
    ),
    Reason.EXPIRED: N_(
        "Nothing: it would have come too late to be of use. A longer validity helps the next one."
    ),
    Reason.CAP_DAY: N_(
        "A new day in her zone. More important kinds of messages get the slots first."
    ),
    Reason.CAP_WEEK: N_("The week moves on. More important kinds of messages get the slots first."),
    Reason.CAP_CHANNEL: N_(
        "She has had what the channel allows for now. Another channel may have room."
    ),
    Reason.CAP_TOUCH: N_("She has had enough of this kind for now. Another kind may go out."),
    Reason.MIX: N_(
        "More that is not commercial went out to her since the last offer, or thirty days "
        "have passed. One offer in thirty days is always allowed."
    ),
    Reason.IRRELEVANT: N_(
        "She shows more interest in what it speaks of; or the floor of this message is lowered."
    ),
    Reason.DUPLICATE: N_("Nothing: she gets the same by another message already."),
    Reason.TEMPLATE_FAILED: N_("The template gives a default to what may be missing."),
    Reason.NON_PERSONALISED: N_("It goes to everybody, or she lets us choose for her again."),
    Reason.AGE_UNKNOWN: N_("Her birthday, or her word that she is old enough."),
    Reason.UNDER_AGE: N_("Some years have passed."),
    Reason.ERASED: N_("Nothing: her data was erased, as she asked."),
    Reason.REJECTED: N_("A correct address. The provider refused this one for good."),
    Reason.EXHAUSTED: N_("The provider works again. We tried six times."),
    Reason.AMBIGUOUS: N_("Nothing: it may have arrived, so it is not sent again."),
    Reason.CANCELLED: N_("Nothing: who asked for it took it back before it went out."),
}
"""By reason: what would have to change for such a message to go out."""

STATIONS: Mapping[str, str] = {
    "stop_all": N_("Are all sends stopped?"),
    "channel": N_("Is the channel set up?"),
    "template": N_("Is there a template for it?"),
    "address": N_("Do we have an address?"),
    "consent": N_("Did she agree to be written to?"),
    "personalised": N_("May it be chosen for her by what is known of her?"),
    "age": N_("Is she old enough for what it speaks of?"),
    "holdout": N_("Is she left out of everything, for comparison?"),
    "relevance": N_("Does she care enough for what it speaks of?"),
    "quiet": N_("Are these her quiet hours?"),
    "expiry": N_("Is it still of use?"),
    "caps": N_("Has she had enough for the day and the week?"),
    "mix": N_("Would too much of what she gets be commercial?"),
    "text": N_("Can the text be filled in?"),
}
"""By station of the gate: what it asks."""

TONES: Mapping[str, str] = {
    "sent": "sea",
    "queued": "quiet",
    "leased": "quiet",
    "asked": "amber",
    "held": "amber",
    "failed": "wine",
    "shadow": "quiet",
}
"""By status: the tone of its word."""
