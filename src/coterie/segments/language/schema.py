"""The rule language as a JSON Schema (2020-12), for editors and for whoever builds rules.

As strict as a schema can be: no key that nobody reads, every operator with exactly its arguments.
What it cannot say, ``parse`` does: whether a pattern is RE2, a date exists, a window ends after
it begins, a rule is too deep.
"""

from itertools import combinations
from typing import Any

from coterie.core.ids import BUCKETS
from coterie.segments.language.conditions_parse import MAX_LIST, MAX_PATTERN
from coterie.segments.language.events_parse import CALENDAR_UNITS, COMPARISONS, MOST
from coterie.segments.language.state_parse import FARTHEST

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_TOPIC: Schema = {"type": "string", "pattern": r"^[^\s/]+(/[^\s/]+)*$", "maxLength": 200}
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
            "length": {"type": "string", "pattern": "^0*[1-9][0-9]*[smhdw]$", "maxLength": 20},
            "time": {"type": "string", "pattern": "^[0-9]{4}-?[0-9W]"},
            "word": {"type": "string", "pattern": f"^{_WORD}$"},
            "bounds": _bounds(),
            "test": {"anyOf": _conditions("property")},
            "window": _window(),
            "rank": _rank(),
            "rule": {"type": "object", "oneOf": [*_joints(), *_leaves(), *_events(), *_ranks()]},
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
        *_states(slug),
    ]


def _states(slug: Schema) -> list[Schema]:
    far = {"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST}
    place = {
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "lon": {"type": "number", "minimum": -180, "maximum": 180},
        "km": far,
    }
    agreed = _object({"purpose": _TEXT, "channel": _TEXT}, ("purpose",))
    return [
        _object({"in_community": slug}, ("in_community",), title="Takes part in a community"),
        _object({"in_group": slug}, ("in_group",), title="Takes part in a group"),
        _object({"consents": agreed}, ("consents",), title="May be reached for a purpose"),
        _object({"near": _object(place, tuple(place))}, ("near",), title="Is near a place"),
        _object({"list": slug}, ("list",), title="Stands on a list"),
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
    bounds = {"$ref": "#/$defs/bounds"}
    common = _which()
    window = {"allOf": [{"$ref": "#/$defs/window"}]}
    made = [
        _object({"did": _TEXT, **common, "count": bounds}, ("did",),
                title="Counts matching events", **window),
    ]  # fmt: skip
    for measure, of in _measures().items():
        made.append(
            _object({"did": _TEXT, **common, measure: of, "is": bounds}, ("did", measure, "is"),
                    title=f"Measures matching events: {measure}", **window)
        )  # fmt: skip
    made.append(
        _object({"share": _TEXT, **common, "is": bounds}, ("share", "is"),
                title="Matching events divided by all of that name", **window)
    )  # fmt: skip
    return [*made, *_order()]


def _which() -> Schema:
    """Describe the keys that say which events a node looks at."""
    time = {"$ref": "#/$defs/time"}
    return {
        "where": {"type": "array", "items": {"$ref": "#/$defs/test"}},
        "topic": _TOPIC,
        "same_key": {"type": "boolean"},
        "within": {"$ref": "#/$defs/duration"},
        "between": {"type": "array", "items": time, "minItems": 2, "maxItems": 2},
        "since": {"anyOf": [time, {"enum": ["entry", "node"]}]},
        "before": time,
    }


def _measures() -> dict[str, Schema]:
    """Describe what each aggregate is taken of."""
    plain = {"type": "string", "pattern": "^[^@]"}
    distinct = {"anyOf": [plain, {"enum": list(CALENDAR_UNITS)}]}
    return {"sum": plain, "avg": plain, "min": plain, "max": plain, "distinct": distinct}


def _order() -> list[Schema]:
    """Describe the nodes about the order of events."""
    common, bounds, length = _which(), {"$ref": "#/$defs/bounds"}, {"$ref": "#/$defs/length"}
    tests = common["where"]
    window = {"allOf": [{"$ref": "#/$defs/window"}]}
    some = {**tests, "minItems": 1}
    found = [
        _object({"last": _TEXT, **common, "has": some}, ("last", "has"),
                title="The newest matching event has this too", **window),
        _object({"trend": _TEXT, "where": tests, "topic": _TOPIC, "same_key": common["same_key"],
                 "window": length, "is": bounds,
                 "at_least_before": {"type": "integer", "minimum": 1, "exclusiveMaximum": MOST}},
                ("trend", "window", "is"),
                title="Matching events in the last window divided by those in the one before it"),
    ]  # fmt: skip
    outer = {"not": {"anyOf": [
        {"required": pair} for pair in (
            ["during", "between"], ["during", "since"], ["during", "before"],
            ["between", "since"], ["between", "before"],
        )
    ]}}  # fmt: skip
    for kind, needed in (("then", ("did", "then")), ("then_not", ("did", "then_not", "within"))):
        keys = {
            kind: _TEXT, "did": _TEXT, **common, "within": length,
            "after": {"$ref": "#/$defs/duration"}, "during": {"$ref": "#/$defs/duration"},
            "then_where": tests, "then_topic": _TOPIC,
        }  # fmt: skip
        title = "An event follows another" if kind == "then" else "No event follows another"
        found.append(_object(keys, needed, title=title, **outer))
    return found


def _ranks() -> list[Schema]:
    rank = {"$ref": "#/$defs/rank"}
    return [
        _object({kind: rank}, (kind,), title=f"Is among the {way} by rank")
        for kind, way in (("top", "highest"), ("bottom", "lowest"))
    ]


def _rank() -> Schema:
    """Describe a rank: by a trait, or by an aggregate of events; a percent, or so many people."""
    numbers: Schema = {
        "percent": {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
        "count": {"type": "integer", "minimum": 1, "exclusiveMaximum": MOST},
    }
    one_number = {"oneOf": [{"required": [key]} for key in numbers]}
    measures = _measures()
    one_measure = {
        "not": {"anyOf": [{"required": list(pair)} for pair in combinations(measures, 2)]}
    }
    which = {key: value for key, value in _which().items() if key != "same_key"}
    which["since"] = which["before"]
    return {"anyOf": [
        _object({"trait": _TEXT, **numbers}, ("trait",), **one_number),
        _object({"did": _TEXT, **which, **measures, **numbers}, ("did",),
                allOf=[{"$ref": "#/$defs/window"}, one_number, one_measure]),
    ]}  # fmt: skip
