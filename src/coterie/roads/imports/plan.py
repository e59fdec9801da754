"""What each column becomes, as the wizard asks it; and the map that says the same. Pure.

There is one language for imports, that of the maps. A plan is what a page can show of it: one
choice a column.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from coterie.roads.mapping import FileMap, Kind, parse_map
from coterie.roads.shipped.library import shipped_one
from coterie.roads.values import STYLES, BadValue

Role = Literal[
    "user_id", "anonymous_id", "timestamp", "trait", "property", "event", "message_id", "item",
    "amount", "store", "key", "title", "url", "price", "topic", "item_kind", "ignore",
]  # fmt: skip
NUMBER = "number"

ROLES: Mapping[Kind, tuple[Role, ...]] = {
    "profiles": ("user_id", "anonymous_id", "trait", "timestamp", "ignore"),
    "events": (
        "user_id", "anonymous_id", "timestamp", "event", "item", "amount", "store", "message_id",
        "property", "ignore",
    ),
    "items": ("key", "title", "topic", "price", "url", "item_kind", "property", "ignore"),
}  # fmt: skip
NAMED = frozenset({"trait", "property", "user_id", "topic"})
"""Roles that take a name: which trait, which property; for a topic what stands above it."""

_MANY = frozenset({"trait", "property", "topic", "ignore"})
_NUMBERS = frozenset({"amount", "price"})
_FIELD_OF = {"item": "item", "amount": "amount", "store": "store_id"}
"""Under which property an event keeps them, where the log looks for them (``events.resolve``)."""

_LONGEST_NAME = 100


class Choice(msgspec.Struct, frozen=True):
    """What one column becomes.

    ``form`` is how its values are written: empty for text (a time: ISO 8601), ``number``, a style
    of numbers or a format of times (``roads/values.py``).
    """

    column: str
    role: Role
    name: str = ""
    form: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What a file's rows become. ``event`` names what happened when no column does.

    With a ``recipe`` the file is one that a shipped map is for: then that says it all.
    """

    kind: Kind
    choices: tuple[Choice, ...]
    event: str = ""
    recipe: str = ""


def document_of(plan: Plan) -> dict[str, Any]:
    """Write a plan as a map; raises BadValue, with the column as path, when it cannot be one."""
    if plan.recipe:
        return dict(shipped_one(plan.recipe).document)
    document: dict[str, Any] = {"kind": plan.kind}
    inner = "traits" if plan.kind == "profiles" else "properties"
    fields: dict[str, Any] = {}
    topics: list[str] = []
    for one in plan.choices:
        if one.role not in ROLES[plan.kind]:
            raise BadValue("bad_role", f"rows of {plan.kind} have no {one.role}", path=one.column)
        if one.role == "ignore":
            continue
        if one.role not in _MANY and one.role in document:
            raise BadValue("role_twice", f"two columns are the {one.role}", path=one.column)
        if one.role in ("trait", "property"):
            _put(fields, _name_of(one), _expression(one), one)
        elif one.role == "topic":
            topics.append(f"{one.name.strip('/')}/{{{one.column}}}".lstrip("/"))
        elif one.role in _FIELD_OF:
            _put(fields, _FIELD_OF[one.role], _expression(one), one)
        elif one.role == "message_id":
            document["message_id"] = f"{_slug(plan.event)}-{{{one.column}}}"
        else:
            document[one.role] = _expression(one)
        if one.role == "user_id" and one.name and plan.kind == "profiles":
            _put(fields, _name_of(one), one.column, one)
    if plan.kind == "events" and "event" not in document:
        if not plan.event.strip():
            raise BadValue(
                "no_event_name", "say what happened in each row", path="event",
                hint="Order Completed",
            )  # fmt: skip
        document["event"] = {"value": plan.event.strip()}
    if plan.kind == "items" and "key" not in document:
        raise BadValue("no_key_column", "say which column names the item", path="key")
    if plan.kind != "items" and not {"user_id", "anonymous_id"} & set(document):
        raise BadValue("no_id_column", "say which column tells whose row it is", path="user_id")
    if topics:
        document["topics"] = topics
    if plan.kind != "items":
        document["skip_blanks"] = True
    return {**document, inner: fields} if fields else document


def map_of(plan: Plan) -> FileMap:
    """Return the parsed map of a plan; raises BadValue, or Invalid for a form that is none."""
    shipped = shipped_one(plan.recipe).file_map if plan.recipe else None
    return shipped or parse_map(document_of(plan))


def _put(fields: dict[str, Any], name: str, expression: Any, one: Choice) -> None:
    if name in fields:
        raise BadValue("name_twice", f"two columns are called {name!r}", path=one.column)
    fields[name] = expression


def _name_of(one: Choice) -> str:
    name = one.name.strip()
    if not name or len(name) > _LONGEST_NAME or "." in name:
        raise BadValue(
            "bad_name",
            f"{name!r} is no name for a {one.role}",
            path=one.column,
            hint=f"up to {_LONGEST_NAME} characters without a dot",
        )
    return name


def _expression(one: Choice) -> Any:
    if one.form in STYLES:
        return {"number": one.column, "like": one.form}
    if one.form == NUMBER or one.role in _NUMBERS:
        return {"number": one.column}
    if one.form:
        return {"time": one.column, "format": one.form}
    return one.column


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")[:40] or "row"
