"""The tabs of tasks, and why a plan was not kept."""

from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.web.speech import N_, Speech

TABS = (
    (N_("To be done"), "/tasks"),
    (N_("Plans"), "/tasks/plans"),
    (N_("How it goes"), "/tasks/adherence"),
)
_PLACES = {
    "slug": N_("The short name takes small letters, digits and dashes."),
    "title": N_("It needs a title: say what it is for."),
    "segment": N_("Choose whom it is about: a plan by the calendar is for a segment."),
    "steps": N_("A plan needs a step: say what is to be done, and when."),
    "ends.did": N_("Name events, such as Order Completed, with commas between them."),
    "start": N_("A plan keeps its start: make another plan for another start."),
    "grace": N_("From 1 to 30 days of grace."),
}
_OF_STEPS = {
    "day": N_("Step %(n)s: which day? From 0 to 365 after the start."),
    "date": N_("Step %(n)s: which day? Write it 2026-12-24."),
    "weekday": N_("Step %(n)s: which day of the week?"),
    "window": N_("Step %(n)s: the window has to open before it closes, within one day."),
    "text": N_("Step %(n)s: say what is to be done, or choose a script."),
    "template": N_("Step %(n)s: a mass send needs a template."),
}


def tabs(speech: Speech, at: str) -> list[tuple[str, str, bool]]:
    """Return the tabs of the room's pages."""
    return [(speech.gettext(words), address, address == at) for words, address in TABS]


def fault(speech: Speech, error: CoterieError) -> str:
    """Say what was wrong, and what to do."""
    if isinstance(error, Conflict):
        return speech.gettext("Somebody else changed it meanwhile: open it again.")
    if not isinstance(error, Invalid):
        return error.message
    if error.path.startswith("steps["):
        number, _, place = error.path.removeprefix("steps[").partition("].")
        if place in _OF_STEPS:
            return speech.gettext(_OF_STEPS[place], n=int(number) + 1)
    return speech.gettext(_PLACES[error.path]) if error.path in _PLACES else str(error)
