"""The words of mass sends on their pages."""

from coterie.core.errors import CoterieError, Invalid
from coterie.web.speech import N_, Speech

KINDS = {"customers": N_("to customers"), "groups": N_("into groups")}
ITEMS = {
    "waiting": N_("is put together"),
    "asked": N_("waits for the guide"),
    "sent": N_("sent"),
    "unsent": N_("not sent"),
}
ITEM_TONES = {"waiting": "quiet", "asked": "amber", "sent": "sea", "unsent": "wine"}
GUIDES = {
    "confirmed": N_("confirmed"),
    "waiting": N_("has time"),
    "late": N_("reminded, not confirmed"),
    "never": N_("never confirmed"),
}
GUIDE_TONES = {"confirmed": "sea", "waiting": "quiet", "late": "amber", "never": "wine"}
WHYS = {
    "spoke": N_("spoke with her last"),
    "owns": N_("is her guide"),
    "first": N_("has known her longest"),
}
MOMENTS = {
    "planned": N_("is being prepared"),
    "noted": N_("is being prepared"),
    "making": N_("WeCom is making it"),
    "open": N_("guides are posting"),
    "done": N_("over"),
    "cancelled": N_("called off"),
    "failed": N_("WeCom refused it"),
}
MOMENT_TONES = {"open": "amber", "done": "sea", "failed": "wine"}
POSTERS = {
    "asked": N_("has time"),
    "posted": N_("posted"),
    "refused": N_("WeCom does not let her"),
    "never": N_("never posted"),
}
POSTER_TONES = {"asked": "quiet", "posted": "sea", "refused": "wine", "never": "wine"}
RULES = {
    "month": N_("as many a month as it has days"),
    "week": N_("seven a week"),
    "day": N_("one a day"),
}
PERS = {"customer": N_("Each customer"), "group": N_("Each group")}
_FAULTS = {
    "title": N_("Give it a title, such as: Saturday's tasting."),
    "text": N_("Write something, at most 4,000 bytes: some 1,300 Chinese characters."),
    "chats": N_("Choose at least one group."),
    "materials": N_("At most nine materials go along: pictures, films, files or links."),
    "expires": N_("Choose a moment that is still to come."),
    "since": N_("Write a day, such as 2026-03-01."),
    "span": N_("Choose one of the three rules."),
}


def fault_words(speech: Speech, error: CoterieError) -> str:
    """Say what is wrong with what was sent in."""
    path = error.path if isinstance(error, Invalid) else ""
    return speech.gettext(_FAULTS[path]) if path in _FAULTS else error.message
