"""The rule language as a JSON Schema (2020-12), for editors and for whoever builds rules.

As strict as a schema can be: no key that nobody reads, every operator with exactly its arguments.
What it cannot say, ``parse`` does: whether a pattern is RE2, a date exists, a window ends after
it begins, a rule is too deep.
"""

from typing import Any

from coterie.core.ids import BUCKETS
from coterie.segments.language.conditions_parse import MAX_LIST, MAX_PATTERN
from coterie.segments.language.parse import CALENDAR_UNITS, COMPARISONS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_NUMBER: Schema = {"type": "number"}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_ORDERED: Schema = {"type": ["string", "number"]}
_SCALARS: Schema = {"type": "array", "items": _SCALAR, "minItems": 1, "maxItems": MAX_LIST}
_SCALAR_OR_ARRAY: Schema = {"anyOf": [_SCALAR, _SCALARS]}
_LOW_HIGH: Schema = {"type": "array", "items": _ORDERED, "minItems": 2, "maxItems": 2}
_WORD = (
    r"(today|yesterday|tomorrow|(this|last|next) (week|month|quarter|year)"
    r"|[+-][0-9]{1,6} (day|week|month|quarter|year)s?)"
)
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

_OPERATORS: list[tuple[tuple[str, ...], Schema | None]] = [
    (("=", "!="), _SCALAR_OR_ARRAY),
    ((">", ">=", "<", "<="), _ORDERED),
    (("between", "not_between"), _LOW_HIGH),
    (("in", "not_in", "all_of", "any_of", "none_of"), _SCALARS),
    (("contains", "not_contains"), _SCALAR),
    (("starts_with", "ends_with"), {"type": "string"}),
    (("matches",), {"type": "string", "maxLength": MAX_PATTERN}),
    (("exists", "missing"), None),
    (("before", "after"), {"anyOf": [{"$ref": "#/$defs/time"}, {"$ref": "#/$defs/word"}]}),
    (("on_day",), {"type": "string", "pattern": f"^({_WORD}|{_DATE})$"}),
    (("anniversary",), {"type": "integer", "minimum": -366, "maximum": 366}),
]
_FOLDING = frozenset(op for ops, _ in _OPERATORS[:7] for op in ops)


def json_schema() -> Schema:
    """Return the schema of a rule, as this version reads it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rule of a segment",
        "$ref": "#/$defs/rule",
        "$defs": {
            "duration": {"type": "string", "pattern": "^[0-9]+[smhdw]$", "maxLength": 20},
            "time": {"type": "string", "pattern": "^[0-9]{4}-?[0-9W]"},
            "word": {"type": "string", "pattern": f"^{_WORD}$"},
            "bounds": _bounds(),
            "test": {"anyOf": _conditions("property")},
            "window": _window(),
            "rule": {"type": "object", "oneOf": [*_joints(), *_leaves(), *_events()]},
        },
    }


def _object(properties: Schema, required: tuple[str, ...], **more: Any) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _joints() -> list[Schema]:
    rule = {"$ref": "#/$defs/rule"}
    several = {"type": "array", "items": rule, "minItems": 1}
    return [
        _object({"all": several}, ("all",), title="Every part holds"),
        _object({"any": several}, ("any",), title="At least one part holds"),
        _object({"not": rule}, ("not",), title="The part does not hold"),
    ]


def _leaves() -> list[Schema]:
    edge = {"type": "integer", "minimum": 0, "maximum": BUCKETS}
    slug = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", "maxLength": 64}
    buckets = _object({"salt": _TEXT, "from": edge, "to": edge}, ("salt", "from", "to"))
    return [
        _object({"everyone": {"const": True}}, ("everyone",), title="Every known profile"),
        {"title": "A test on a current trait", "anyOf": [*_conditions("trait"), *_held()]},
        _object({"tag": _TEXT}, ("tag",), title="Has the tag now"),
        _object({"in_segment": slug}, ("in_segment",), title="Meets another segment's rule"),
        _object({"bucket": buckets}, ("bucket",), title="Falls into a stable bucket"),
    ]


def _conditions(subject: str) -> list[Schema]:
    made = []
    for ops, value in _OPERATORS:
        keys: Schema = {subject: _TEXT, "op": {"enum": list(ops)}}
        if value is not None:
            keys["value"] = value
        keys["fold"] = {"type": "boolean"} if ops[0] in _FOLDING else {"const": False}
        required = (subject, "op") if value is None else (subject, "op", "value")
        made.append(_object(keys, required))
    keys = {
        subject: _TEXT,
        "op": {"enum": ["within_last", "within_next"]},
        "duration": {"$ref": "#/$defs/duration"},
        "fold": {"const": False},
    }
    return [*made, _object(keys, (subject, "op", "duration"))]


def _held() -> list[Schema]:
    keys = {
        "trait": _TEXT,
        "op": {"enum": ["unchanged_for", "changed_within"]},
        "duration": {"$ref": "#/$defs/duration"},
        "value": _SCALAR_OR_ARRAY,
        "fold": {"const": False},
    }
    return [_object(keys, ("trait", "op", "duration"))]


def _bounds() -> Schema:
    pair = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
    return _object({**dict.fromkeys(COMPARISONS, _NUMBER), "between": pair}, (), minProperties=1)


def _window() -> Schema:
    """Refuse windows that do not combine: within, between, or since and before."""
    return {
        "not": {
            "anyOf": [
                {"required": pair}
                for pair in (
                    ["within", "between"], ["within", "since"], ["within", "before"],
                    ["between", "since"], ["between", "before"],
                )
            ]
        }
    }  # fmt: skip


def _events() -> list[Schema]:
    time = {"$ref": "#/$defs/time"}
    bounds = {"$ref": "#/$defs/bounds"}
    common: Schema = {
        "where": {"type": "array", "items": {"$ref": "#/$defs/test"}},
        "topic": {"type": "string", "pattern": r"^[^\s/]+(/[^\s/]+)*$", "maxLength": 200},
        "same_key": {"type": "boolean"},
        "within": {"$ref": "#/$defs/duration"},
        "between": {"type": "array", "items": time, "minItems": 2, "maxItems": 2},
        "since": {"anyOf": [time, {"enum": ["entry", "node"]}]},
        "before": time,
    }
    window = {"allOf": [{"$ref": "#/$defs/window"}]}
    plain = {"type": "string", "pattern": "^[^@]"}
    distinct = {"anyOf": [plain, {"enum": list(CALENDAR_UNITS)}]}
    made = [
        _object({"did": _TEXT, **common, "count": bounds}, ("did",),
                title="Counts matching events", **window),
    ]  # fmt: skip
    for measure in ("sum", "avg", "min", "max", "distinct"):
        of = distinct if measure == "distinct" else plain
        made.append(
            _object({"did": _TEXT, **common, measure: of, "is": bounds}, ("did", measure, "is"),
                    title=f"Measures matching events: {measure}", **window)
        )  # fmt: skip
    made.append(
        _object({"share": _TEXT, **common, "is": bounds}, ("share", "is"),
                title="Matching events divided by all of that name", **window)
    )  # fmt: skip
    return made
