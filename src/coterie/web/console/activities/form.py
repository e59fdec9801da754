"""An activity's definition as the fields of a form, and back. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from coterie.core.errors import Invalid
from coterie.web.speech import N_

LANGUAGES = ("zh", "en")
FAULTS = {
    "taken": N_("There is an activity of this name already: choose another."),
    "slug": N_("Use small letters, digits and dashes only."),
    "title_zh": N_("A title is missing: write one line of at most 200 characters."),
    "title_en": N_("A title is missing: write one line of at most 200 characters."),
    "starts": N_("Say when it starts."),
    "ends": N_("It must end after it starts, and within a year."),
    "register_by": N_("Write a day and a time."),
    "capacity": N_("Write a whole number of seats, or leave it empty for no limit."),
    "link": N_("Write a web address that begins with https://."),
    "topics": N_("This is no topic: write a path such as wine/italy, without spaces."),
    "segment": N_("This segment does not exist any more: choose another."),
    "community": N_("This community does not exist any more: choose another."),
    "channel": N_("Choose a channel for the messages."),
    "invitation": N_("Choose a template that exists and fits the channel."),
    "notice": N_("Choose a template that exists and fits the channel."),
}
"""What is wrong, by the code of the refusal or else by the field."""

PLAIN = (
    "slug", "form", "level", "prerequisite", "starts", "ends", "register_by", "place", "link",
    "host", "capacity", "segment", "community",
)  # fmt: skip
WORDS = ("channel", "invitation", "notice")
_SPLIT = re.compile(r"[,\n，、]+")
_DIGITS = re.compile(r"[0-9]{1,7}")


def fields_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """Spread a definition over the fields of the form.

    >>> fields = fields_of({"slug": "night", "title": "Night", "capacity": 30, "topics": ["a/b"]})
    >>> fields["title_zh"], fields["capacity"], fields["topics"], fields["waiting_list"]
    ('Night', '30', 'a/b', 'on')
    """
    fields = {name: str(definition.get(name) or "") for name in PLAIN}
    fields["form"] = fields["form"] or "tasting"
    for name in ("title", "about"):
        text = definition.get(name) or {}
        for language in LANGUAGES:
            fields[f"{name}_{language}"] = str(
                text if isinstance(text, str) else text.get(language, "")
            )
    fields["topics"] = ", ".join(definition.get("topics") or ())
    fields["waiting_list"] = "on" if definition.get("waiting_list", True) else ""
    messages = definition.get("messages") or {}
    return fields | {name: str(messages.get(name) or "") for name in WORDS}


def definition_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """Put a definition together from the fields; the room checks it."""
    given = {name: fields.get(name, "").strip() for name in PLAIN}
    definition: dict[str, Any] = {name: text for name, text in given.items() if text}
    for name in ("title", "about"):
        texts = {lang: fields.get(f"{name}_{lang}", "").strip() for lang in LANGUAGES}
        definition[name] = {lang: text for lang, text in texts.items() if text}
    if not definition["about"]:
        del definition["about"]
    if text := given["capacity"]:
        if not _DIGITS.fullmatch(text):
            raise Invalid(f"{text!r} is no number", path="capacity")
        definition["capacity"] = int(text)
    topics = (topic.strip().strip("/") for topic in _SPLIT.split(fields.get("topics", "")))
    definition["topics"] = [topic for topic in topics if topic]
    definition["waiting_list"] = fields.get("waiting_list") == "on"
    words = {name: fields.get(name, "").strip() for name in WORDS}
    if words["invitation"] or words["notice"]:
        definition["messages"] = {name: text for name, text in words.items() if text}
    return definition


def fault_of(error: Invalid) -> str:
    """Say in plain English, for the catalogues, what is wrong at the field of a fault."""
    return FAULTS.get(error.code) or FAULTS.get(place_of(error.path)) or error.reason


def place_of(path: str) -> str:
    """Name the field that a fault of a definition belongs to.

    >>> place_of("title.en"), place_of("messages.notice"), place_of("topics[2]"), place_of("title")
    ('title_en', 'notice', 'topics', 'title_zh')
    """
    whole = path.removeprefix("messages.").partition("[")[0]
    if whole in ("title", "about"):
        return f"{whole}_zh"
    return whole.replace(".", "_")
