"""Tests, limits and windows on the form: what several kinds of conditions are made of. Pure.

A mark says which field of the form a place in the rule comes from, for showing faults there.
"""

from collections.abc import Mapping
from typing import Any

from coterie.segments.language.vocabulary import OPERATORS
from coterie.web.console.segments.values import (
    read,
    read_duration,
    read_lines,
    read_number,
    read_ratio,
    write,
    write_duration,
    write_lines,
    write_ratio,
)

Fields = dict[str, str]

Marks = dict[str, str]
"""Where the parser's paths lead to in the form: ``all[1].did.count`` -> ``r.1/is``."""

_TAKES = {operator.op: operator.takes for operator in OPERATORS}
_FOLDS = frozenset(operator.op for operator in OPERATORS if operator.folds)


# Tests on a property or a trait


def test_fields(test: Mapping[str, Any], subject: str) -> Fields:
    """Show a test of ``subject`` ("property" or "trait") in fields."""
    op = test["op"]
    found = {"path": test[subject], "op": op}
    if "duration" in test:
        found["amount"], found["unit"] = write_duration(test["duration"])
    if test.get("fold"):
        found["fold"] = "on"
    if "value" not in test:
        return found
    value = test["value"]
    takes = _TAKES[op]
    if takes == "pair":
        return {**found, "low": write(value[0]), "high": write(value[1])}
    if takes == "values":
        return {**found, "values": write_lines(list(value))}
    if value == "" and takes == "duration and value":  # an empty field is no value there
        return {**found, "value": '""'}
    plain = takes in ("date", "day", "text", "pattern") and str(value).isprintable()
    return {**found, "value": value if plain and value.strip() == value else write(value)}


def write_test(test: Fields, subject: str, at: str, here: str, marks: Marks) -> dict[str, Any]:
    """Write a test as the rule has it; ``at`` is where its fields' names begin."""
    op = test.get("op") or "="
    takes = _TAKES.get(op, "value")
    rule: dict[str, Any] = {subject: test.get("path", ""), "op": op}
    marks[here] = marks[f"{here}.{subject}"] = f"{at}path"
    marks[f"{here}.op"] = f"{at}op"
    if takes == "pair":
        rule["value"] = [read(test.get(key, "")) for key in ("low", "high")]
        marks[f"{here}.value"] = marks[f"{here}.value[0]"] = f"{at}low"
        marks[f"{here}.value[1]"] = f"{at}high"
    elif takes == "values":
        rule["value"] = read_lines(test.get("values", ""))
        marks[f"{here}.value"] = f"{at}values"
    elif takes not in ("nothing", "duration"):
        text = test.get("value", "")
        marks[f"{here}.value"] = f"{at}value"
        if text or takes != "duration and value":
            rule["value"] = _read_value(text, takes)
    if takes in ("duration", "duration and value"):
        rule["duration"] = read_duration(test.get("amount", ""), test.get("unit") or "d")
        marks[f"{here}.duration"] = f"{at}amount"
    if test.get("fold") and op in _FOLDS:
        rule["fold"] = True
    return rule


def _read_value(text: str, takes: str) -> Any:
    if takes in ("date", "day", "text", "pattern"):
        quoted = read(text) if text.startswith('"') else text
        return quoted if isinstance(quoted, str) else text
    return read_number(text) if takes == "days" else read(text)


def write_tests(tests: list[Fields], at: str, here: str, marks: Marks) -> list[dict[str, Any]]:
    """Write several tests on properties; ``at`` is the list's own part of the names."""
    marks[here] = f"{at}.0.path"
    return [
        write_test(test, "property", f"{at}.{index}.", f"{here}[{index}]", marks)
        for index, test in enumerate(tests)
    ]


# What a number is compared with


def bound_fields(op: str, value: Any, *, ratio: bool = False) -> Fields:
    """Show one comparison in fields; a ``ratio`` in per cent."""
    said = write_ratio if ratio else write
    if op == "between":
        return {"op": op, "low": said(value[0]), "high": said(value[1])}
    return {"op": op, "value": said(value)}


def write_bounds(
    bounds: list[Fields], at: str, here: str, marks: Marks, *, ratio: bool = False
) -> dict[str, Any]:
    """Write comparisons as the rule has them."""
    number = read_ratio if ratio else read_number
    written: dict[str, Any] = {}
    marks[here] = f"{at}is.0.value"
    for index, bound in enumerate(bounds):
        op, field_of = bound.get("op") or ">=", f"{at}is.{index}."
        if op == "between":
            written[op] = [number(bound.get(key, "")) for key in ("low", "high")]
            marks[f"{here}.{op}"] = marks[f"{here}.{op}[0]"] = f"{field_of}low"
            marks[f"{here}.{op}[1]"] = f"{field_of}high"
        else:
            written[op] = number(bound.get("value", ""))
            marks[f"{here}.{op}"] = f"{field_of}value"
    return written


# When


def window_fields(rule: Mapping[str, Any], within: str = "within") -> Fields:
    """Show a window in fields; ``within`` is the key that its duration has in the rule."""
    if within in rule:
        amount, unit = write_duration(rule[within])
        return {"window": "within", "amount": amount, "unit": unit}
    if "between" in rule:
        return {"window": "dates", "from": rule["between"][0], "to": rule["between"][1]}
    found = {name: rule[key] for name, key in (("from", "since"), ("to", "before")) if key in rule}
    return {"window": "dates", **found} if found else {"window": "ever"}


def write_window(
    fields: Fields, at: str, here: str, marks: Marks, within: str = "within"
) -> dict[str, Any]:
    """Write a window as the rule has it."""
    window = fields.get("window")
    if window == "within":
        marks[f"{here}.{within}"] = f"{at}amount"
        return {within: read_duration(fields.get("amount", ""), fields.get("unit") or "d")}
    rule = {}
    if window == "dates":
        for name, key in (("from", "since"), ("to", "before")):
            marks[f"{here}.{key}"] = f"{at}{name}"
            if fields.get(name):
                rule[key] = fields[name]
    return rule
