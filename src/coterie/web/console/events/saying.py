"""Say in words why an item was refused, and what usually helps."""

from coterie.web.speech import N_

REFUSALS = {
    "wrong_type": (
        N_("A value of the wrong kind"),
        N_("Write text where text is wanted and an object where an object is wanted."),
    ),
    "no_type": (
        N_("No kind of call"),
        N_("Add type: track, identify, group, alias, page, screen."),
    ),
    "unknown_type": (
        N_("An unknown kind of call"),
        N_("Use one of track, identify, group, alias, page, screen."),
    ),
    "no_ids": (N_("Nobody named"), N_("Send userId or anonymousId: whose event is it?")),
    "no_event": (N_("No event named"), N_("Add event: the name of what happened.")),
    "no_group": (N_("No group named"), N_("Add groupId.")),
    "no_previous_id": (N_("No earlier id"), N_("Add previousId.")),
    "no_user_id": (N_("No user id"), N_("Add userId.")),
    "reserved_name": (
        N_("A name that is ours"),
        N_("Names that begin with coterie. belong to the house: choose another."),
    ),
    "invalid_time": (
        N_("A time that is none"),
        N_("Write it as 2026-01-31T09:30:00Z, between 1970 and 2999."),
    ),
    "id_too_long": (N_("Too long a name or id"), N_("At most 255 letters; 99 for a message id.")),
    "event_too_large": (N_("Too large"), N_("An event holds at most 32,768 bytes.")),
    "too_deep": (N_("Nested too deep"), N_("Send flatter properties.")),
    "invalid_json": (N_("No JSON"), N_("Look for a missing quote, comma or bracket.")),
}


def refusal(code: str) -> str:
    """Return the words for a reason's code, in English; unknown ones made readable.

    >>> refusal("no_event"), refusal("odd_one")
    ('No event named', 'Odd one')
    """
    return REFUSALS[code][0] if code in REFUSALS else code.replace("_", " ").capitalize()


def cure(code: str) -> str:
    """Return what usually helps, in English; empty for unknown codes."""
    return REFUSALS[code][1] if code in REFUSALS else ""
