"""A community's definition as the fields of a form, and back. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from coterie.core.clock import DAY, parse_duration
from coterie.core.errors import Invalid
from coterie.web.speech import N_

KINDS = (
    "interest", "knowledge", "information", "brand", "product", "customer", "tool", "industry",
    "entrepreneurial", "commutative",
)  # fmt: skip
LANGUAGES = ("zh", "en")
FAULTS = {
    "taken": N_("There is a community of this name already: choose another."),
    "changed_meanwhile": N_(
        "Somebody changed this community meanwhile: open it again to see what stands now."
    ),
    "slug": N_("Use small letters, digits and dashes only."),
    "title_zh": N_("A title is missing: write one line of at most 200 characters."),
    "title_en": N_("A title is missing: write one line of at most 200 characters."),
    "promise_zh": N_("A promise is missing: write one line of at most 200 characters."),
    "promise_en": N_("A promise is missing: write one line of at most 200 characters."),
    "topic": N_("This is no topic: write a path such as wine/italy, without spaces."),
    "segment": N_("This segment does not exist any more: choose another."),
    "template": N_("Choose a template that exists and fits the channel."),
    "expires": N_("Write a number of days, or hours such as 12h."),
    "cool_down": N_("Write a number of days, or hours such as 12h."),
    "holdout": N_("Write a whole number from 0 to 100."),
}
"""What is wrong, by the code of the refusal or else by the field."""

_DURATIONS = ("expires", "cool_down")
_DEFAULTS = {"expires": "14", "cool_down": "90"}
_WHOLE_DAYS = re.compile(r"[0-9]+")


def fields_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """Spread a definition over the fields of the form.

    >>> fields = fields_of({"slug": "tea", "title": "Tea", "promise": {"zh": "每天一杯"}})
    >>> fields["title_en"], fields["title_zh"], fields["promise_zh"], fields["segment"]
    ('Tea', 'Tea', '每天一杯', '')
    """
    invitation = definition.get("invitation") or {}
    fields = {name: str(definition.get(name) or "") for name in ("slug", "topic", "segment")}
    fields["kind"] = str(definition.get("kind") or "interest")
    for name in ("title", "promise"):
        text = definition.get(name) or {}
        for language in LANGUAGES:
            said = text if isinstance(text, str) else text.get(language, "")
            fields[f"{name}_{language}"] = str(said)
    for name in ("channel", "template"):
        fields[name] = str(invitation.get(name) or "")
    fields["touch"] = str(invitation.get("touch") or "informational")
    for name in _DURATIONS:
        fields[name] = _days(invitation[name]) if name in invitation else _DEFAULTS[name]
    holdout = invitation.get("holdout")
    fields["holdout"] = "" if holdout is None else str(holdout)
    fields["paused"] = "on" if invitation.get("paused") else ""
    return fields


def definition_of(fields: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """Put a definition together from the fields; what the form has no field for stays as before.

    Without a segment there is no invitation. Raises Invalid where a number is none; the rest is
    the room's to check.
    """
    definition = {**before, "slug": fields.get("slug", "").strip()}
    for name in ("title", "promise"):
        texts = {lang: fields.get(f"{name}_{lang}", "").strip() for lang in LANGUAGES}
        definition[name] = {lang: text for lang, text in texts.items() if text}
    definition["kind"] = fields.get("kind", "interest")
    for name in ("topic", "segment", "invitation"):
        definition.pop(name, None)
    if topic := fields.get("topic", "").strip().strip("/"):
        definition["topic"] = topic
    if segment := fields.get("segment", "").strip():
        definition["segment"] = segment
        definition["invitation"] = _invitation(fields)
    return definition


def _invitation(fields: Mapping[str, str]) -> dict[str, Any]:
    invitation: dict[str, Any] = {
        name: fields.get(name, "").strip() for name in ("channel", "template", "touch")
    }
    for name in _DURATIONS:
        text = fields.get(name, "").strip() or _DEFAULTS[name]
        invitation[name] = f"{text}d" if _WHOLE_DAYS.fullmatch(text) else text
    if text := fields.get("holdout", "").strip().rstrip("%"):
        if not _WHOLE_DAYS.fullmatch(text):
            raise Invalid(
                f"{text!r} is no percentage", path="invitation.holdout",
                hint="a whole number from 0 to 100",
            )  # fmt: skip
        invitation["holdout"] = int(text)
    if fields.get("paused"):
        invitation["paused"] = True
    return invitation


def _days(text: Any) -> str:
    """Write a duration in days where it is a number of them."""
    length = parse_duration(text)
    return str(length // DAY) if length % DAY == 0 else str(text)


def fault_of(error: Invalid) -> str:
    """Say in plain English, for the catalogues, what is wrong at the field of a fault."""
    return FAULTS.get(error.code) or FAULTS.get(place_of(error.path)) or error.reason


def place_of(path: str) -> str:
    """Name the field that a fault of a definition belongs to.

    >>> place_of("title.en"), place_of("invitation.template"), place_of("title")
    ('title_en', 'template', 'title_zh')
    """
    whole = path.removeprefix("invitation.")
    if whole in ("title", "promise"):
        return f"{whole}_zh"
    return {"invitation": "template"}.get(whole, whole.replace(".", "_"))
