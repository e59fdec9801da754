"""The conditions that a form can hold: a segment, or something done since; any other is JSON. Pure.

Law: ``rule_from(rule_fields(rule, p), p) == rule`` for every rule that is a JSON object.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Way = Literal["segment", "did"]
SINCE = ("entry", "node")


@dataclass(frozen=True)
class Easy:
    """A rule that a form can hold: in a segment, or did something since ``entry`` or ``node``."""

    way: Way
    name: str
    negated: bool = False
    since: str = ""


def easy(rule: object) -> Easy | None:
    """Read a rule that a form can hold, None when it is another.

    >>> easy({"not": {"in_segment": "vips"}})
    Easy(way='segment', name='vips', negated=True, since='')
    """
    if not isinstance(rule, Mapping):
        return None
    if set(rule) == {"not"}:
        inner = easy(rule["not"])
        return None if inner is None or inner.negated else _negated(inner)
    if set(rule) == {"in_segment"} and isinstance(rule["in_segment"], str):
        return Easy("segment", rule["in_segment"])
    if set(rule) == {"did", "since"} and rule["since"] in SINCE and isinstance(rule["did"], str):
        return Easy("did", rule["did"], since=str(rule["since"]))
    return None


def _negated(inner: Easy) -> Easy:
    return Easy(inner.way, inner.name, True, inner.since)


def written(found: Easy) -> dict[str, Any]:
    """Write an easy rule."""
    rule: dict[str, Any] = {"in_segment": found.name}
    if found.way == "did":
        rule = {"did": found.name, "since": found.since}
    return {"not": rule} if found.negated else rule


def rule_fields(rule: object, prefix: str) -> dict[str, str]:
    """Lay a rule out as the fields of a form."""
    found = easy(rule)
    if found is None:
        text = rule if isinstance(rule, str) else json.dumps(rule, ensure_ascii=False, indent=2)
        return {f"{prefix}-way": "json", f"{prefix}-json": text}
    fields = {f"{prefix}-way": found.way, f"{prefix}-name": found.name}
    fields[f"{prefix}-not"] = "yes" if found.negated else ""
    if found.way == "did":
        fields[f"{prefix}-since"] = found.since
    return fields


def rule_from(
    fields: Mapping[str, str], prefix: str, segment: str = "", event: str = "*"
) -> Any:  # fmt: skip
    """Read a rule out of a form; ``segment`` and ``event`` stand in where none is named yet.

    A form whose way was just changed still holds the fields of the former one. JSON that is none
    is kept as it was typed, so that the fault is told where it stands.
    """
    way, before = fields.get(f"{prefix}-way", "did"), fields.get(f"{prefix}-was", "")
    name = fields.get(f"{prefix}-name", "") if before in ("", way) else ""
    negated = fields.get(f"{prefix}-not", "") == "yes"
    if way == "segment":
        return written(Easy("segment", name or segment, negated))
    if way == "did":
        since = fields.get(f"{prefix}-since", "entry")
        since = since if since in SINCE else "entry"
        return written(Easy("did", name or event, negated, since))
    if f"{prefix}-json" not in fields:  # the way was just changed: show what stood there as JSON
        was = {**fields, f"{prefix}-way": before or "did", f"{prefix}-was": ""}
        return rule_from(was, prefix, segment, event)
    text = fields[f"{prefix}-json"]
    try:
        return json.loads(text)
    except ValueError:
        return text
