"""The format of journeys as a JSON Schema (draft 2020-12), for editors and other programs.

Made from the tables that the parser refuses by, so that the two cannot drift apart. What a schema
cannot say (missing targets, unreachable nodes, loops without a wait) the parser alone refuses.
"""

from typing import Any

from coterie.journeys.nodes import (
    DAYS,
    DELIVERIES,
    INVITE,
    KEYS,
    LONGEST_SCRIPT,
    TOUCHES,
    TROUBLE,
)
from coterie.journeys.parse import FORMAT, LANGUAGES, MAX_NODES, NODE_NAME, REENTRIES, UNITS
from coterie.journeys.parse import KEYS as TOP_KEYS
from coterie.journeys.reading import TASKED
from coterie.journeys.recurring import FREQUENCIES, LONGEST
from coterie.messaging.posting import MAX_HEADERS, MAX_URL
from coterie.segments.language.schema import json_schema as rule_schema

Schema = dict[str, Any]

_RULE: Schema = {"$ref": "#/$defs/rule"}
_TESTS: Schema = {"type": "array", "items": {"$ref": "#/$defs/test"}}
_DURATION: Schema = {"type": "string", "pattern": "^0*[1-9][0-9]*[smhdw]$", "maxLength": 20}
_ANY_DURATION: Schema = {"$ref": "#/$defs/duration"}
_OFFSET: Schema = {"type": "string", "pattern": "^[-+]?[0-9]+[smhdw]$", "maxLength": 20}
_TARGET: Schema = {"type": "string", "minLength": 1, "description": "A node's name, or end."}
_TEXT: Schema = {"type": "string", "minLength": 1}
_SLUG: Schema = {
    "type": "string",
    "pattern": "^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$",
    "maxLength": 64,
}
_FLAG: Schema = {"type": "boolean"}
_PERCENT: Schema = {"type": "number", "minimum": 0, "maximum": 100}

_VALUES: dict[str, Schema] = {
    "channel": _TEXT,
    "template": _TEXT,
    "touch": {"enum": list(TOUCHES)},
    "value": {"type": "number"},
    "expires": _DURATION,
    "on_held": {"enum": list(TROUBLE)},
    "on_failed": {"enum": list(TROUBLE)},
    "delivery": {"enum": list(DELIVERIES)},
    "wait_receipt": _FLAG,
    "relevance": {
        "type": "object",
        "properties": {"topic": _TEXT, "least": {"type": "number", "minimum": 0}},
        "required": ["least"],
        "additionalProperties": False,
    },
    "for": _DURATION,
    "until": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "days": {"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1},
    "until_property": _TEXT,
    "offset": _OFFSET,
    "timeout": _DURATION,
    "if": _RULE,
    "tag": _TEXT,
    "trait": _TEXT,
    "event": _TEXT,
    "properties": {"type": "object"},
    "as_experiment": _FLAG,
    "community": _SLUG,
    "group": _SLUG,
    "action": {"type": "string", "minLength": 1, "not": {"const": INVITE}},
    "arguments": {"type": "object"},
    "script": {"type": "string", "minLength": 1, "maxLength": LONGEST_SCRIPT},
    "due": _DURATION,
    "url": {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/@?#]", "maxLength": MAX_URL},
    "headers": {
        "type": "object",
        "maxProperties": MAX_HEADERS,
        "additionalProperties": {"type": "string", "pattern": "^[a-z0-9._-]{1,64}$"},
        "description": "By header, the name of a secret of the settings; never the secret.",
    },
    **dict.fromkeys(("then", "on_timeout", "yes", "no", "to"), _TARGET),
}
_OF_ONE_KIND: dict[tuple[str, str], Schema] = {
    ("wait_for", "branches"): {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {"when": _RULE, "then": _TARGET},
            "required": ["when", "then"],
            "additionalProperties": False,
        },
    },
    ("random", "branches"): {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "array",
            "prefixItems": [_TARGET, _PERCENT],
            "minItems": 2,
            "maxItems": 2,
        },
    },
    ("set", "value"): {},
    ("task", "to"): {
        "oneOf": [
            {"enum": list(TASKED)},
            {
                "type": "object",
                "properties": {"role": _SLUG},
                "required": ["role"],
                "additionalProperties": False,
            },
        ]
    },
}


def json_schema() -> Schema:
    """Return the schema of a journey's definition, as this version reads it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A journey",
        "type": "object",
        "properties": {key: _TOP[key] for key in TOP_KEYS},
        "required": ["entry", "start", "nodes"],
        "additionalProperties": False,
        "$defs": rule_schema()["$defs"],
    }


def _node(kind: str) -> Schema:
    required, optional = KEYS[kind]
    values = {
        key: _OF_ONE_KIND.get((kind, key), _VALUES.get(key, {})) for key in (*required, *optional)
    }
    shape: Schema = {
        "type": "object",
        "properties": {"do": {"const": kind}, **values},
        "required": ["do", *required],
        "additionalProperties": False,
    }
    if kind == "wait":
        shape["oneOf"] = [{"required": [key]} for key in ("for", "until", "until_property")]
        shape["dependentRequired"] = {"days": ["until"], "offset": ["until_property"]}
    if kind == "invite":
        shape["oneOf"] = [{"required": [key]} for key in ("community", "group")]
    if kind == "wait_for":
        shape["dependentRequired"] = {"timeout": ["on_timeout"], "on_timeout": ["timeout"]}
    return shape


def _either_case(words: tuple[str, ...]) -> str:
    """Write a pattern that takes these words in capitals or small letters."""
    return "|".join("".join(f"[{letter}{letter.lower()}]" for letter in word) for word in words)


_ENTRY: Schema = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"segment": _SLUG},
            "required": ["segment"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"event": _TEXT, "where": _TESTS, "topic": _TEXT},
            "required": ["event"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {
                "schedule": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": LONGEST,
                    "pattern": f"[Ff][Rr][Ee][Qq]=({_either_case(FREQUENCIES)})",
                    "description": "An RRULE of iCalendar (RFC 5545), hourly at the finest.",
                },
                "for": _RULE,
                "zone": {"type": "string", "minLength": 1, "description": "Such as Asia/Tokyo."},
                "from": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            },
            "required": ["schedule", "for"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"list": _SLUG},
            "required": ["list"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"api": {"const": True}},
            "required": ["api"],
            "additionalProperties": False,
        },
    ]
}

_TOP: dict[str, Schema] = {
    "version": {"const": FORMAT},
    "name": _TEXT,
    "title": {
        "type": "object",
        "properties": dict.fromkeys(LANGUAGES, _TEXT),
        "additionalProperties": False,
    },
    "entry": _ENTRY,
    "reentry": {
        "oneOf": [
            {"enum": list(REENTRIES)},
            {
                "type": "object",
                "properties": {"after": _ANY_DURATION},
                "required": ["after"],
                "additionalProperties": False,
            },
        ]
    },
    "key": _TEXT,
    "overlap": _FLAG,
    "exit_when": _RULE,
    "present": _FLAG,
    "holdout": {
        "oneOf": [
            _PERCENT,
            {
                "type": "object",
                "properties": {
                    "percent": _PERCENT,
                    "unit": {"enum": list(UNITS)},
                    "programme": _SLUG,
                },
                "additionalProperties": False,
            },
        ]
    },
    "layer": {
        "type": "object",
        "properties": {"name": _SLUG, "from": _PERCENT, "to": _PERCENT},
        "required": ["name"],
        "additionalProperties": False,
    },
    "start": _TARGET,
    "nodes": {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MAX_NODES,
        "propertyNames": {"pattern": f"^{NODE_NAME.pattern}$", "not": {"const": "end"}},
        "additionalProperties": {"oneOf": [_node(kind) for kind in KEYS]},
    },
}
