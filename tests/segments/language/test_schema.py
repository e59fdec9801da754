"""The published schema accepts what the parser reads and refuses what it refuses."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from coterie.core.errors import Invalid
from coterie.segments.language.parse import parse
from coterie.segments.language.schema import json_schema
from segments.language.test_parse import READ, REFUSED
from segments.strategies import ZONE, rules

VALIDATOR = jsonschema.Draft202012Validator(json_schema())
BEYOND_A_SCHEMA = (
    "RE2", "finer than", "the first leaves", "ends before", "NUL", "surrogate", "too large",
    "hundred years", "finite",
    "keys are text", "trait.value: '2026-02-30'", "+9999 years",
)  # fmt: skip


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("rule", [rule for rule, _ in READ], ids=str)
def test_what_the_parser_reads_is_valid(rule: Any) -> None:
    assert VALIDATOR.is_valid(rule)


def refusals() -> list[Any]:
    found = []
    for rule, _, _ in REFUSED:
        with pytest.raises(Invalid) as refusal:
            parse(rule, ZONE)
        if not any(words in str(refusal.value) for words in BEYOND_A_SCHEMA):
            found.append(rule)
    return found


@pytest.mark.parametrize("rule", refusals(), ids=lambda rule: str(rule)[:70])
def test_what_the_parser_refuses_is_not(rule: Any) -> None:
    assert not VALIDATOR.is_valid(rule)


@given(rules(segments=("loyal",)))
@settings(max_examples=25)
def test_random_rules_are_valid(rule: Any) -> None:
    assert VALIDATOR.is_valid(rule)


@given(rules())
@settings(max_examples=50)
def test_one_stray_key_anywhere_is_refused_by_both(rule: Any) -> None:
    for broken in with_stray_keys(rule):
        assert not VALIDATOR.is_valid(broken)
        with pytest.raises(Invalid):
            parse(broken, ZONE)


def with_stray_keys(value: Any) -> list[Any]:
    """The same JSON with one key too many, once for every object in it."""
    if isinstance(value, list):
        return [
            [*value[:index], broken, *value[index + 1 :]]
            for index, item in enumerate(value)
            for broken in with_stray_keys(item)
        ]
    if not isinstance(value, dict):
        return []
    inner = [
        {**value, key: broken} for key, item in value.items() for broken in with_stray_keys(item)
    ]
    return [{**value, "stray": 1}, *inner]
