"""What one row of somebody's file becomes: an event, a profile or an item. Pure.

A map is a small YAML document. Each value says where it comes from: the name of a column; text
with ``{column}`` in it; ``{number: column}`` for a number kept as text in a CSV (``like`` says how
it is written); ``{time: column, format: ...}`` for a time that is no ISO 8601; ``{json: column}``
for a list or an object written as JSON; or ``{value: ...}`` for the same in every row.
``docs/reference/import-maps.md`` shows each key.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.clock import format_time, parse_time, zone
from coterie.core.errors import Invalid
from coterie.core.numbers import as_decimal
from coterie.roads.values import BadValue, check_format, check_style, read_number, read_time

Kind = Literal["events", "profiles", "items"]
Row = Mapping[str, Any]
Expression = Callable[[Row], Any]

_COLUMN = re.compile(r"\{([^{}]+)\}")
_NOT_TOPIC = re.compile(r"[\s/]+")
_KEYS: dict[str, frozenset[str]] = {
    "events": frozenset(
        {"kind", "event", "user_id", "anonymous_id", "identities", "message_id", "timestamp",
         "zone", "encoding", "skip_blanks", "properties"}
    ),
    "profiles": frozenset(
        {"kind", "user_id", "anonymous_id", "identities", "message_id", "timestamp", "zone",
         "encoding", "skip_blanks", "traits"}
    ),
    "items": frozenset(
        {"kind", "key", "item_kind", "title", "url", "price", "topics", "encoding", "properties"}
    ),
}  # fmt: skip
_REQUIRED = {"events": ("event",), "profiles": (), "items": ("key",)}


@dataclass(frozen=True)
class Fault:
    """One thing that keeps a row out: where in the map, by which columns, and why.

    ``why`` is a stable word for the reason, ``reason`` says it in full.
    """

    path: str
    columns: tuple[str, ...]
    why: str
    reason: str


@dataclass(frozen=True)
class FileMap:
    """A parsed map: what a row becomes, and the expression behind each of its parts.

    ``identities`` are those beside user and anonymous id, by kind. ``reads`` names the columns that
    each part reads (``user_id``, ``identities.phone``, ``properties.total``). ``document`` is what
    was parsed.
    """

    kind: Kind
    parts: Mapping[str, Expression]
    fields: Mapping[str, Expression] = field(default_factory=dict)
    identities: Mapping[str, Expression] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    zone: ZoneInfo | None = None
    encoding: str = "utf-8-sig"
    skip_blanks: bool = False
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)


def parse_map(document: object) -> FileMap:
    """Read a map; raises Invalid with the path of what is wrong in it."""
    if not isinstance(document, Mapping):
        raise Invalid("a map is a mapping of names to columns", hint="begin with kind: events")
    kind = document.get("kind")
    if kind not in list(_KEYS):  # in a list, since what stands there may be no key at all
        raise Invalid(f"{kind!r} is no kind", path="kind", hint="events, profiles or items")
    for name in document:
        if name not in _KEYS[kind]:
            known = ", ".join(sorted(_KEYS[kind]))
            raise Invalid("unknown key", path=str(name), hint=f"a map of {kind} has {known}")
    for name in _REQUIRED[kind]:
        if name not in document:
            raise Invalid(f"a map of {kind} needs {name}", path=name)
    if kind != "items" and not {"user_id", "anonymous_id", "identities"} & set(document):
        raise Invalid(f"a map of {kind} needs user_id, anonymous_id or identities", path="user_id")
    inner = "traits" if kind == "profiles" else "properties"
    plain = {"kind", "zone", "encoding", "skip_blanks", "topics", "identities", inner}
    if not isinstance(document.get("skip_blanks", False), bool):
        raise Invalid("expected true or false", path="skip_blanks")
    return FileMap(
        kind=kind,
        parts={k: _expression(v, k) for k, v in document.items() if k not in plain},
        fields=_fields(document.get(inner, {}), inner),
        identities=_fields(document.get("identities", {}), "identities"),
        topics=_topics(document.get("topics", [])),
        zone=_zone(document["zone"]) if "zone" in document else None,
        encoding=str(document.get("encoding", "utf-8-sig")),
        skip_blanks=document.get("skip_blanks", False),
        document=dict(document),
        reads={
            **{k: _columns(v) for k, v in document.items() if k not in plain},
            **{
                f"{within}.{k}": _columns(v)
                for within in (inner, "identities")
                for k, v in document.get(within, {}).items()
            },
            "topics": tuple(_COLUMN.findall(" ".join(_topics(document.get("topics", []))))),
        },
    )


def _columns(value: object) -> tuple[str, ...]:
    """Name the columns that an expression reads."""
    if isinstance(value, str):
        return tuple(_COLUMN.findall(value)) or (value,)
    if isinstance(value, Mapping):
        return tuple(str(value[key]) for key in ("number", "time", "json") if key in value)
    return ()


def _zone(value: object) -> ZoneInfo:
    try:
        return zone(str(value))
    except Invalid as error:
        raise Invalid(error.reason, path="zone", hint=error.hint) from error


def _fields(value: object, path: str) -> dict[str, Expression]:
    if not isinstance(value, Mapping):
        raise Invalid("expected a mapping of names to columns", path=path)
    return {str(name): _expression(part, f"{path}.{name}") for name, part in value.items()}


def _topics(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Invalid("expected a list", path="topics", hint='such as ["wine/{country}"]')
    return tuple(str(part) for part in value)


def _expression(value: object, path: str) -> Expression:
    if isinstance(value, str):
        return _text(value) if _COLUMN.search(value) else _column(value)
    if isinstance(value, Mapping) and set(value) == {"value"}:
        constant = value["value"]
        return lambda _row: constant
    if isinstance(value, Mapping) and set(value) == {"number"}:
        return _number(_column(str(value["number"])))
    if isinstance(value, Mapping) and set(value) == {"number", "like"}:
        style = check_style(value["like"], f"{path}.like")
        return _number(_column(str(value["number"])), style)
    if isinstance(value, Mapping) and set(value) == {"time", "format"}:
        form = check_format(value["format"], f"{path}.format")
        return _time(_column(str(value["time"])), form)
    if isinstance(value, Mapping) and set(value) == {"json"}:
        return _json(_column(str(value["json"])))
    raise Invalid(
        f"{value!r} names no column", path=path,
        hint="a column, {number: column}, {time: column, format: ...}, {json: column} or "
        "{value: ...}",
    )  # fmt: skip


def _column(name: str) -> Expression:
    def read(row: Row) -> Any:
        if name not in row:
            raise BadValue(
                "no_column", f"the file has no column {name!r}", hint="it has " + ", ".join(row)
            )
        return _plain(row[name])

    return read


def _number(column: Expression, like: str = "") -> Expression:
    def read(row: Row) -> Any:
        value = column(row)
        if _is_blank(value):
            return None
        number = read_number(value, like) if like else as_decimal(value)
        if number is None:
            raise BadValue("not_a_number", f"{value!r} is not a number")
        return int(number) if number == number.to_integral_value() else float(number)

    return read


def _time(column: Expression, form: str) -> Expression:
    def read(row: Row) -> Any:
        value = column(row)
        if _is_blank(value):
            return None
        found = read_time(value, form)
        if found is None:
            raise BadValue("not_a_time", f"{value!r} is not a time written as {form}")
        return found

    return read


def _json(column: Expression) -> Expression:
    def read(row: Row) -> Any:
        value = column(row)
        if not isinstance(value, str):
            return value  # a Parquet file's list is one already
        if not value:
            return None
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadValue("not_json", f"{value[:40]!r} is not JSON") from error

    return read


def _is_blank(value: Any) -> bool:
    return value is None or value == ""


def _text(template: str) -> Expression:
    """Fill ``{column}``s in: the template is cut once into literals and columns, in turns."""
    pieces = _COLUMN.split(template)
    literals, columns = pieces[::2], [_column(name) for name in pieces[1::2]]
    if not any(literals) and len(columns) == 1:
        only = columns[0]
        return lambda row: _word(only(row))

    def read(row: Row) -> str:
        filled = [literals[0]]
        for column, literal in zip(columns, literals[1:], strict=True):
            filled += (_word(column(row)), literal)
        return "".join(filled)

    return read


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _plain(value: Any) -> Any:
    """Turn what a file holds into JSON: times to ISO text, NaN to null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def to_call(file_map: FileMap, row: Row, brand_zone: ZoneInfo) -> dict[str, Any]:
    """Turn a row into a call of the wire format: ``track`` or ``identify``.

    Its message id is empty where the map names none or the row has none. Raises Invalid naming
    the part.
    """
    parts, values = _read(file_map.parts, row), _read(file_map.fields, row)
    if file_map.skip_blanks:
        values = {name: value for name, value in values.items() if not _is_blank(value)}
    call: dict[str, Any] = {
        "userId": parts.get("user_id"),
        "anonymousId": parts.get("anonymous_id"),
        "messageId": _word(parts.get("message_id")).strip(),
    }
    named = {kind: _word(value).strip() for kind, value in _read(file_map.identities, row).items()}
    if any(named.values()):
        call["context"] = {
            "externalIds": [{"type": kind, "id": value} for kind, value in named.items() if value]
        }
    if parts.get("timestamp") not in (None, ""):
        call["timestamp"] = _stamp(parts["timestamp"], file_map.zone or brand_zone)
    if file_map.kind == "profiles":
        return {**call, "type": "identify", "traits": values}
    return {**call, "type": "track", "event": parts["event"], "properties": values}


def to_item(file_map: FileMap, row: Row) -> dict[str, Any]:
    """Turn a row into an item: key, kind, title, url, price, topics, properties."""
    parts = _read(file_map.parts, row)
    return {
        "key": _word(parts["key"]),
        "kind": _word(parts.get("item_kind")) or "item",
        "title": _word(parts.get("title")),
        "url": _word(parts.get("url")),
        "price": parts.get("price"),
        "topics": sorted({topic for text in file_map.topics for topic in _paths(text, row)}),
        "properties": _read(file_map.fields, row),
    }


def _read(expressions: Mapping[str, Expression], row: Row) -> dict[str, Any]:
    """Read every part of a row; an Invalid gets the part's name as its path."""
    values: dict[str, Any] = {}
    name = ""
    try:
        for name, expression in expressions.items():
            values[name] = expression(row)
    except BadValue as error:
        raise BadValue(error.why, error.reason, path=name, hint=error.hint) from error
    return values


def faults(file_map: FileMap, row: Row, brand_zone: ZoneInfo) -> list[Fault]:
    """Return everything that the map refuses in a row, not only what it would meet first."""
    inner = "traits" if file_map.kind == "profiles" else "properties"
    found = []
    tried = {
        **file_map.parts,
        **{f"{inner}.{k}": v for k, v in file_map.fields.items()},
        **{f"identities.{k}": v for k, v in file_map.identities.items()},
    }
    for path, expression in tried.items():
        try:
            value = expression(row)
            if path == "timestamp" and not _is_blank(value):
                _stamp(value, file_map.zone or brand_zone)
        except BadValue as error:
            found.append(Fault(path, file_map.reads.get(path, ()), error.why, error.reason))
    return found


def _stamp(value: Any, where: ZoneInfo) -> str:
    try:
        return format_time(parse_time(str(value), where))
    except (Invalid, OverflowError) as error:
        raise BadValue(
            "not_a_time", f"{value!r} is not a time", path="timestamp", hint="use ISO 8601"
        ) from error


def _paths(template: str, row: Row) -> list[str]:
    """Fill a topic template; a column that holds a list gives a topic for each of its values."""
    paths = [template]
    for name in _COLUMN.findall(template):
        value = _read({"topics": _column(name)}, row)["topics"]
        words = value if isinstance(value, list) else [value]
        slugs = [_slug(word) for word in words if word not in (None, "")]
        paths = [path.replace("{" + name + "}", slug) for path in paths for slug in slugs]
    return paths


def _slug(word: Any) -> str:
    """Turn a label into one part of a topic path.

    >>> _slug("Muscat/Moscato"), _slug("United States")
    ('muscat-moscato', 'united-states')
    """
    return _NOT_TOPIC.sub("-", str(word).strip().lower())
