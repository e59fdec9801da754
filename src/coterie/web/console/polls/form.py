"""A poll as the fields of a form, and back. Pure.

Law: reading back what was laid out gives the same definition.
"""

from collections.abc import Mapping
from typing import Any

from coterie.core.errors import Invalid

ROWS = 6
"""Choices that an empty form offers; what has more gets a spare row."""


def fields_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """Lay a definition out as fields: ``choice0.code``, ``choice0.en``, ``choice0.zh`` ..."""
    question = definition.get("question", {})
    fields = {f"question.{key}": str(question.get(key, "")) for key in ("en", "zh")}
    for name in ("kind", "trait", "segment", "weigh_by", "closes"):
        fields[name] = str(definition.get(name) or "")
    for name in ("low", "high"):
        fields[name] = f"{definition[name]:g}" if name in definition else ""
    for place, one in enumerate(definition.get("choices", ())):
        fields |= {
            f"choice{place}.{key}": str(one.get(key, "")) for key in ("code", "en", "zh", "tag")
        }
    return fields


def rows_of(fields: Mapping[str, str]) -> int:
    """Count the rows of choices that a form shows."""
    filled = [place for place in range(40) if fields.get(f"choice{place}.code")]
    return max(ROWS, max(filled, default=0) + 2)


def definition_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """Read a definition out of a form; what is empty is left out. Raises Invalid."""
    said = {name: text.strip() for name, text in fields.items() if text.strip()}
    found: dict[str, Any] = {
        "question": {k: said[f"question.{k}"] for k in ("en", "zh") if f"question.{k}" in said},
        "kind": said.get("kind", "single"),
    }
    found |= {
        name: said[name] for name in ("trait", "segment", "weigh_by", "closes") if name in said
    }
    if found["kind"] == "number":
        return found | {name: _number(said[name], name) for name in ("low", "high") if name in said}
    found["choices"] = [
        {key: said[f"choice{place}.{key}"] for key in ("code", "en", "zh", "tag")
         if f"choice{place}.{key}" in said}
        for place in range(40)
        if any(f"choice{place}.{key}" in said for key in ("code", "en", "zh", "tag"))
    ]  # fmt: skip
    return found


def _number(text: str, path: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no number", path=path, hint="such as 10") from error
