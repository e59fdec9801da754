"""A journey's settings as the fields of a form, and back. Pure.

What the form does not show (``key``, ``overlap``, conditions of an entry) is kept as it was.
"""

from collections.abc import Mapping
from typing import Any

from coterie.journeys.nodes import DAYS, TOUCHES
from coterie.web.console.journeys import entries
from coterie.web.console.journeys.forms import (
    Known,
    duration_fields,
    duration_from,
    number_from,
)
from coterie.web.console.journeys.rules import rule_fields, rule_from
from coterie.web.console.journeys.words import WEEKDAYS

__all__ = ["DAY_WORDS", "TOUCHES", "definition_from", "fields_of"]

Body = Mapping[str, Any]
Fields = Mapping[str, str]

DAY_WORDS = tuple(zip(DAYS, WEEKDAYS, strict=True))


def fields_of(definition: Body) -> dict[str, str]:
    """Lay the settings out."""
    title = definition.get("title")
    title = title if isinstance(title, Mapping) else {}
    reentry = definition.get("reentry", "never")
    after = reentry.get("after") if isinstance(reentry, Mapping) else None
    holdout = definition.get("holdout")
    if isinstance(holdout, Mapping):
        holdout = holdout.get("percent")
    fields = {
        "title_en": str(title.get("en", "")),
        "title_zh": str(title.get("zh", "")),
        **entries.fields_of(definition.get("entry")),
        "present": "yes" if definition.get("present", True) else "",
        "reentry": "after" if after is not None else str(reentry),
        **duration_fields("after", after),
        "holdout": "" if holdout is None else f"{holdout}",
        "leaves": "yes" if definition.get("exit_when") is not None else "",
    }
    if definition.get("exit_when") is not None:
        fields |= rule_fields(definition["exit_when"], "exit")
    return fields


def definition_from(fields: Fields, before: Body, known: Known) -> dict[str, Any]:
    """Read the settings out of a form; what does not fit is kept, and told as a fault."""
    changed = dict(before)
    titles = {name: fields.get(f"title_{name}", "").strip() for name in ("en", "zh")}
    _put(changed, "title", {name: text for name, text in titles.items() if text})
    changed["entry"] = entries.entry_from(fields, before.get("entry"), known)
    if {"segment", "list"} & changed["entry"].keys() and not fields.get("present"):
        changed["present"] = False
    else:
        changed.pop("present", None)
    reentry = fields.get("reentry", "never")
    if reentry == "after":
        changed["reentry"] = {"after": duration_from(fields, "after") or "30d"}
    else:
        _put(changed, "reentry", "" if reentry == "never" else reentry)
    _put_holdout(changed, fields.get("holdout", "").strip())
    if fields.get("leaves"):
        changed["exit_when"] = rule_from(fields, "exit", known.segment, known.event)
    else:
        changed.pop("exit_when", None)
    return changed


def _put_holdout(changed: dict[str, Any], text: str) -> None:
    before = changed.get("holdout")
    if isinstance(before, Mapping) and text:
        changed["holdout"] = {**before, "percent": number_from(text)}
    else:
        _put(changed, "holdout", number_from(text) if text else "")


def _put(body: dict[str, Any], key: str, value: object) -> None:
    """Write a key, or leave it out where there is nothing to say."""
    if value in ("", {}):
        body.pop(key, None)
    else:
        body[key] = value
