"""A node as the fields of a form, and back. Pure.

What a form cannot hold of a node (a value, a property object) travels as JSON; what it does not
show at all (a message's ``relevance``) is kept from the node as it was. Law: reading back what
was laid out gives the same node.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coterie.core.errors import Invalid
from coterie.journeys.nodes import DAYS
from coterie.journeys.ways import Way, led, ways
from coterie.web.console.journeys import acts
from coterie.web.console.journeys.rules import rule_fields, rule_from

Body = Mapping[str, Any]
Fields = Mapping[str, str]

_DURATION = re.compile(r"([-+]?)([0-9]+)([smhdw])")
_WHOLE = re.compile(r"[0-9]+")
MOST_BRANCHES = 20


@dataclass(frozen=True)
class Known:
    """What forms offer first: a segment, an event, a channel, and so on; empty where none is."""

    segment: str = ""
    event: str = "*"
    channel: str = ""
    template: str = ""
    community: str = ""
    action: str = ""
    list_name: str = ""


def starter(kind: str, known: Known) -> dict[str, Any]:
    """Begin a node of a kind; its ways lead nowhere yet. Raises Invalid for a kind there is not."""
    asked = {"did": "*", "since": "node"}
    bodies: dict[str, dict[str, Any]] = {
        "message": {"channel": known.channel, "template": known.template,
                    "touch": "informational", "then": ""},
        "wait": {"for": "1d", "then": ""},
        "wait_for": {"branches": [{"when": asked, "then": ""}], "timeout": "3d", "on_timeout": ""},
        "split": {"if": {**asked, "since": "entry"}, "yes": "", "no": ""},
        "random": {"branches": [["", 50], ["", 50]]},
        "tag": {"tag": "", "then": ""},
        "untag": {"tag": "", "then": ""},
        "set": {"trait": "", "value": "", "then": ""},
        "emit": {"event": "", "then": ""},
        "jump": {"to": ""},
        **acts.starters(known.community, known.action, known.template),
    }  # fmt: skip
    if kind not in bodies:
        raise Invalid(f"there is no kind of step {kind!r}", path="kind")
    return {"do": kind, **bodies[kind]}


# --- laid out


def fields_of(body: Body) -> dict[str, str]:
    """Lay a node out as the fields of its form; where its ways lead as ``to-<path>``."""
    fields = {f"to-{way.path}": way.target for way in ways(body)}
    lay = _LAYERS.get(str(body.get("do")))
    if lay is not None:
        fields |= lay(body)
    return fields


def _lay_message(body: Body) -> dict[str, str]:
    names = ("channel", "template", "touch", "on_held", "on_failed", "delivery")
    fields = {name: str(body.get(name, "")) for name in names}
    value = body.get("value", 0)
    fields["wait_receipt"] = "yes" if body.get("wait_receipt") is True else ""
    return {**fields, **duration_fields("expires", body.get("expires")), "value": f"{value}"}


def _lay_wait(body: Body) -> dict[str, str]:
    how = next((key for key in ("until", "until_property") if key in body), "for")
    fields = {"how": how, **duration_fields("for", body.get("for"))}
    if how == "until":
        days = body.get("days")
        days = days if isinstance(days, list | tuple) else DAYS
        fields |= {f"day-{day}": "yes" for day in DAYS if day in days}
        fields["until"] = str(body["until"])
    if how == "until_property":
        offset = str(body.get("offset", "0d"))
        fields["until_property"] = str(body["until_property"])
        fields["before"] = "before" if offset.startswith("-") else "after"
        fields |= duration_fields("offset", offset.lstrip("+-"))
    return fields


def _lay_wait_for(body: Body) -> dict[str, str]:
    fields = {"limit": "yes" if "timeout" in body else "no"}
    fields |= duration_fields("timeout", body.get("timeout"))
    for index, branch in enumerate(branches_of(body)):
        when = branch.get("when") if isinstance(branch, Mapping) else None
        fields |= rule_fields(when, f"when{index}")
    return {**fields, "branches": str(len(branches_of(body)))}


def _lay_random(body: Body) -> dict[str, str]:
    pairs = branches_of(body)
    shares = {f"share{index}": f"{pair[1]:g}" for index, pair in enumerate(pairs) if _is_pair(pair)}
    experiment = "yes" if body.get("as_experiment") is True else ""
    return {**shares, "branches": str(len(pairs)), "as_experiment": experiment}


def _lay_split(body: Body) -> dict[str, str]:
    return rule_fields(body.get("if"), "if")


def _lay_tag(body: Body) -> dict[str, str]:
    return {"tag": str(body.get("tag", ""))}


def _lay_set(body: Body) -> dict[str, str]:
    value = body.get("value")
    text = value if isinstance(value, str) and _plain(value) == value else json.dumps(value)
    return {"trait": str(body.get("trait", "")), "value": text}


def _lay_emit(body: Body) -> dict[str, str]:
    properties = body.get("properties", "")
    if not isinstance(properties, str):
        properties = json.dumps(properties, ensure_ascii=False)
    text = properties
    return {"event": str(body.get("event", "")), "properties": text}


_LAYERS: Mapping[str, Callable[[Body], dict[str, str]]] = {
    "message": _lay_message,
    "wait": _lay_wait,
    "wait_for": _lay_wait_for,
    "split": _lay_split,
    "random": _lay_random,
    "tag": _lay_tag,
    "untag": _lay_tag,
    "set": _lay_set,
    "emit": _lay_emit,
    **acts.LAYERS,
}


# --- read back


def body_from(fields: Fields, before: Body, known: Known) -> dict[str, Any]:
    """Read a node out of its form; ``before`` is what it was, whose kind it keeps.

    ``add`` and ``drop`` among the fields change how many branches there are. What is no number,
    duration or JSON is kept as it was typed, so that the fault is told where it stands.
    """
    body = dict(before)
    read = _READERS.get(str(before.get("do")))
    if read is not None:
        body = read(fields, body, known)
    for way in ways(body):
        target = fields.get(f"to-{way.path}")
        if target:
            body = led(body, way.path, target)
    return _rebranched(body, fields)


def _read_message(fields: Fields, body: dict[str, Any], _known: Known) -> dict[str, Any]:
    for name in ("channel", "template", "touch", "on_held", "on_failed"):
        if fields.get(name):
            body[name] = fields[name]
    delivery = fields.get("delivery", "")
    if delivery:
        _put(body, "delivery", delivery, keep=delivery == "at_most_once" or "delivery" in body)
    waits = fields.get("wait_receipt") == "yes"
    _put(body, "wait_receipt", waits, keep=waits or body.get("wait_receipt") is False)
    expires = duration_from(fields, "expires")
    _put(body, "expires", expires, keep=expires != "")
    value = fields.get("value", "0").strip() or "0"
    _put(body, "value", number_from(value), keep=value != "0" or "value" in body)
    return body


def _read_wait(fields: Fields, body: dict[str, Any], _known: Known) -> dict[str, Any]:
    kept: dict[str, Any] = {key: body[key] for key in ("do", "then") if key in body}
    how = fields.get("how", "for")
    if how == "until":
        chosen = [day for day in DAYS if fields.get(f"day-{day}")]
        kept["until"] = fields.get("until") or "10:00"
        if chosen and len(chosen) < len(DAYS):
            kept["days"] = chosen
        return kept
    if how == "until_property":
        kept["until_property"] = fields.get("until_property", "").strip() or "birthday"
        offset = duration_from(fields, "offset") or "0d"
        sign = "-" if fields.get("before") == "before" else ""
        if offset != "0d":
            kept["offset"] = sign + offset
        return kept
    kept["for"] = duration_from(fields, "for") or "1d"
    return kept


def _read_wait_for(fields: Fields, body: dict[str, Any], known: Known) -> dict[str, Any]:
    branches = [
        {**(branch if isinstance(branch, Mapping) else {"then": "end"}),
         "when": rule_from(fields, f"when{index}", known.segment, known.event)}
        for index, branch in enumerate(branches_of(body))
    ]  # fmt: skip
    body["branches"] = branches
    if fields.get("limit") == "no":
        body.pop("timeout", None)
        body.pop("on_timeout", None)
    else:
        body["timeout"] = duration_from(fields, "timeout") or "3d"
        body.setdefault("on_timeout", branches[0]["then"])
    return body


def _read_split(fields: Fields, body: dict[str, Any], known: Known) -> dict[str, Any]:
    body["if"] = rule_from(fields, "if", known.segment, known.event)
    return body


def _read_random(fields: Fields, body: dict[str, Any], _known: Known) -> dict[str, Any]:
    body["branches"] = [
        [pair[0], number_from(fields.get(f"share{index}", ""))] if _is_pair(pair) else pair
        for index, pair in enumerate(branches_of(body))
    ]
    arms = fields.get("as_experiment") == "yes"
    _put(body, "as_experiment", arms, keep=arms or body.get("as_experiment") is False)
    return body


def _read_tag(fields: Fields, body: dict[str, Any], _known: Known) -> dict[str, Any]:
    body["tag"] = fields.get("tag", "").strip()
    return body


def _read_set(fields: Fields, body: dict[str, Any], _known: Known) -> dict[str, Any]:
    body["trait"] = fields.get("trait", "").strip()
    body["value"] = _plain(fields.get("value", ""))
    return body


def _read_emit(fields: Fields, body: dict[str, Any], _known: Known) -> dict[str, Any]:
    body["event"] = fields.get("event", "").strip()
    text = fields.get("properties", "").strip()
    _put(body, "properties", _json(text), keep=text != "")
    return body


def _without_known(
    read: Callable[[Fields, dict[str, Any]], dict[str, Any]],
) -> Callable[[Fields, dict[str, Any], Known], dict[str, Any]]:
    return lambda fields, body, _known: read(fields, body)


_READERS: Mapping[str, Callable[[Fields, dict[str, Any], Known], dict[str, Any]]] = {
    "message": _read_message,
    "wait": _read_wait,
    "wait_for": _read_wait_for,
    "split": _read_split,
    "random": _read_random,
    "tag": _read_tag,
    "untag": _read_tag,
    "set": _read_set,
    "emit": _read_emit,
    **{kind: _without_known(read) for kind, read in acts.READERS.items()},
}


def _rebranched(body: dict[str, Any], fields: Fields) -> dict[str, Any]:
    """Add a branch where the last one leads, or drop one; at least one stays."""
    branches = branches_of(body)
    if not branches:
        return body
    if "add" in fields and len(branches) < MOST_BRANCHES:
        last = ways({**body, "on_timeout": None})[-1:] or [Way("", "end")]
        fresh: Any = [last[0].target, 0]
        if body["do"] == "wait_for":
            fresh = {"when": {"did": "*", "since": "node"}, "then": last[0].target}
        branches = [*branches, fresh]
    dropped = fields.get("drop", "")
    if _WHOLE.fullmatch(dropped) and len(branches) > 1:
        branches = [each for index, each in enumerate(branches) if index != int(dropped)]
    return {**body, "branches": branches}


def branches_of(body: Body) -> list[Any]:
    """Return a node's branches; none where there are none."""
    branches = body.get("branches")
    return list(branches) if isinstance(branches, list | tuple) else []


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[1], int | float)


def _put(body: dict[str, Any], key: str, value: object, *, keep: bool) -> None:
    if keep:
        body[key] = value
    else:
        body.pop(key, None)


def duration_fields(name: str, value: object) -> dict[str, str]:
    """Lay a duration out as a number and a unit; what is none stands as it is."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return {name: "" if value is None else str(value), f"{name}-unit": "d"}
    return {name: match[2], f"{name}-unit": match[3]}


def duration_from(fields: Fields, name: str) -> str:
    """Read a duration back; empty where nothing was written."""
    number, unit = fields.get(name, "").strip(), fields.get(f"{name}-unit", "d")
    return number + unit if _WHOLE.fullmatch(number) else number


def number_from(text: str) -> int | float | str:
    """Read a number; what is none stays text, and is told as a fault."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def _json(text: str) -> Any:
    """Read JSON; what is none stays text, and is told as a fault."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(text: str) -> Any:
    """Read a trait's value: a number, true, false, or else text.

    Text that would be read as something else stands in quotation marks: ``"12"``.
    """
    value = _json(text)
    if not isinstance(value, str) or value == text:
        return value
    return value if _plain(value) != value else text
