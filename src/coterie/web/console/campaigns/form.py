"""A campaign as the fields of a form, and back. Pure.

What the form does not ask (phases, tasks, channel codes, spend) stays as the document has it.
"""

from collections.abc import Mapping
from typing import Any

from coterie.campaigns.plans.model import GATES, TARGETS, TIERS
from coterie.core.errors import Invalid

LISTS = ("group_codes", "coupons", "benefits", "stores")
"""What is chosen by ticks: ``coupons.join10`` is on."""

_LEVELS = ("seeds", "core", "general")
_ACTION = ("do", "template", "poll")
_LANGUAGES = ("en", "zh")


def fields_of(source: Mapping[str, Any]) -> dict[str, str]:
    """Lay a document out as fields."""
    title = source.get("title") or {}
    if isinstance(title, str):
        title = {"en": title}
    fields = {f"title.{language}": str(title.get(language) or "") for language in ("en", "zh")}
    for name in ("start", "base", "programme", "holdout", "margin"):
        fields[name] = _text(source.get(name))
    fields["operation"] = _text((source.get("operation") or {}).get("day"))
    for name in LISTS:
        fields |= {f"{name}.{one}": "on" for one in source.get(name) or ()}
    for part, names in (("targets", TARGETS), ("gates", GATES), ("tiering", _LEVELS)):
        given = source.get(part) or {}
        fields |= {f"{part}.{name}": _text(given.get(name)) for name in names}
    for tier in TIERS:
        action = (source.get("tiers") or {}).get(tier) or {}
        fields |= {f"{tier}.{name}": _text(action.get(name)) for name in _ACTION}
        text = action.get("text") or {}
        text = {"en": text} if isinstance(text, str) else text
        fields |= {f"{tier}.text.{one}": _text(text.get(one)) for one in _LANGUAGES}
    return fields


def document_of(fields: Mapping[str, str], source: Mapping[str, Any]) -> dict[str, Any]:
    """Read a document out of fields, over the one that was edited; raises Invalid."""
    said = {name: text.strip() for name, text in fields.items() if text.strip()}
    found = dict(source)
    found["title"] = {
        language: said[f"title.{language}"]
        for language in ("en", "zh")
        if f"title.{language}" in said
    }
    for name in ("start", "base"):
        if name in fields:  # what may not change any more is not in the form
            found[name] = said.get(name)
    if "holdout" in said:
        found["holdout"] = _whole(said["holdout"], "holdout")
    found["programme"] = said.get("programme")
    found["margin"] = _whole(said["margin"], "margin") if "margin" in said else None
    if "operation" in said:
        before = source.get("operation") or {}
        found["operation"] = {**before, "day": _whole(said["operation"], "operation")}
    for name in LISTS:
        chosen = [each.removeprefix(f"{name}.") for each in said if each.startswith(f"{name}.")]
        found[name] = sorted(chosen, key=_order(source.get(name) or ()))
    found["targets"] = {
        name: said[f"targets.{name}"]
        if name == "revenue"
        else _whole(said[f"targets.{name}"], f"targets.{name}")
        for name in TARGETS
        if f"targets.{name}" in said
    }
    found["gates"] = {
        name: _whole(said[f"gates.{name}"], f"gates.{name}")
        for name in GATES
        if f"gates.{name}" in said
    }
    found["tiering"] = {
        name: _whole(said[f"tiering.{name}"], f"tiering.{name}")
        if name == "seeds"
        else _level(said[f"tiering.{name}"], f"tiering.{name}")
        for name in _LEVELS
        if f"tiering.{name}" in said
    }
    found["tiers"] = _tiers(said, source.get("tiers") or {})
    return found


def _tiers(said: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """Read what the warm-up does; what a kind of action does not need is left out."""
    needs = {"template": ("template",), "poll": ("poll", "template")}
    found: dict[str, Any] = {}
    for tier in TIERS:
        do = said.get(f"{tier}.do")
        if do is None:
            continue
        kept = {
            name: value
            for name, value in (before.get(tier) or {}).items()
            if name in ("channel", "touch", "script")
        }
        asked: dict[str, Any] = {
            name: said[f"{tier}.{name}"] for name in needs.get(do, ()) if f"{tier}.{name}" in said
        }
        if do == "task":
            asked["text"] = {
                one: said[f"{tier}.text.{one}"]
                for one in _LANGUAGES
                if f"{tier}.text.{one}" in said
            }
        found[tier] = {**kept, "do": do, **asked}
    return found


def _order(before: Any) -> Any:
    places = {name: place for place, name in enumerate(before)}
    return lambda name: (places.get(name, len(places)), name)


def _whole(text: str, path: str) -> int:
    try:
        return int(text.replace(",", ""))
    except ValueError as error:
        raise Invalid(f"{text!r} is no whole number", path=path, hint="such as 450") from error


def _level(text: str, path: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no number", path=path, hint="such as 2.5") from error


def _text(value: object) -> str:
    return "" if value is None else str(value)
