"""Conditions on what somebody did, as a form shows them, and their way to and from JSON. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from coterie.segments.language.conditions_parse import join
from coterie.segments.language.vocabulary import MEASURES
from coterie.web.console.segments.conditions import (
    Fields,
    Marks,
    bound_fields,
    test_fields,
    window_fields,
    write_bounds,
    write_tests,
    write_window,
)
from coterie.web.console.segments.node import Draft
from coterie.web.console.segments.values import read_duration, read_number, write, write_duration

DOINGS = ("did", "then", "last", "trend", "top")

_OF_DAYS = "distinct "
"""Counting different days is a measure of its own on the form: ``distinct @day``."""
_ENDS = ("top", "bottom")
_SHARES = ("percent", "count")


# From a rule


def of_doing(rule: Mapping[str, Any]) -> Draft:
    """Make a draft of a condition on what somebody did."""
    if "then" in rule or "then_not" in rule:
        return _of_then(rule)
    if "last" in rule:
        draft = _of_which(rule, "last", "last")
        draft.fields |= window_fields(rule)
        draft.more = [test_fields(test, "property") for test in rule.get("has", ())]
        return draft
    if "trend" in rule:
        return _of_trend(rule)
    end = next((end for end in _ENDS if end in rule), None)
    return _of_did(rule) if end is None else _of_rank(rule[end], end)


def _of_which(rule: Mapping[str, Any], kind: str, key: str) -> Draft:
    """Take which events are meant: their name under ``key``, tests, topic."""
    fields = {"event": rule[key]}
    if "topic" in rule:
        fields["topic"] = rule["topic"]
    if rule.get("same_key"):
        fields["same_key"] = "on"
    return Draft(
        kind, fields=fields, tests=[test_fields(test, "property") for test in rule.get("where", ())]
    )


def _of_did(rule: Mapping[str, Any]) -> Draft:
    draft = _of_which(rule, "did", "did" if "did" in rule else "share")
    measure = next((key for key in ("share", *MEASURES) if key in rule), "count")
    draft.fields |= {**_of_measure(rule, measure), **window_fields(rule)}
    bounds = rule.get("count" if measure == "count" else "is", {">=": 1})
    draft.bounds = [
        bound_fields(op, value, ratio=measure == "share") for op, value in bounds.items()
    ]
    return draft


def _of_measure(rule: Mapping[str, Any], measure: str) -> Fields:
    if measure in ("count", "share"):
        return {"measure": measure}
    of = rule[measure]
    return {"measure": _OF_DAYS + of} if of.startswith("@") else {"measure": measure, "of": of}


def _of_then(rule: Mapping[str, Any]) -> Draft:
    draft = _of_which(rule, "then", "did")
    absent = "then_not" in rule
    draft.fields["next"] = rule["then_not" if absent else "then"]
    draft.fields["absent"] = "on" if absent else ""
    if "then_topic" in rule:
        draft.fields["next_topic"] = rule["then_topic"]
    for key, name in (("within", "gap"), ("after", "wait")):
        if key in rule:
            amount, unit = write_duration(rule[key])
            draft.fields |= {name: amount, f"{name}_unit": unit}
    outer = {key: value for key, value in rule.items() if key != "within"}
    draft.fields |= window_fields(outer, "during")
    draft.more = [test_fields(test, "property") for test in rule.get("then_where", ())]
    return draft


def _of_trend(rule: Mapping[str, Any]) -> Draft:
    draft = _of_which(rule, "trend", "trend")
    draft.fields["amount"], draft.fields["unit"] = write_duration(rule["window"])
    if "at_least_before" in rule:
        draft.fields["at_least"] = write(rule["at_least_before"])
    draft.bounds = [bound_fields(op, value, ratio=True) for op, value in rule["is"].items()]
    return draft


def _of_rank(rank: Mapping[str, Any], end: str) -> Draft:
    share = next(key for key in _SHARES if key in rank)
    if "trait" in rank:
        draft = Draft("top", fields={"by": "trait", "path": rank["trait"]})
    else:
        draft = _of_which(rank, "top", "did")
        measure = next((key for key in MEASURES if key != "count" and key in rank), "count")
        measured = _of_measure(rank, measure)
        draft.fields |= {**measured, "by": measured["measure"], **window_fields(rank)}
        del draft.fields["measure"]
    draft.fields |= {"end": end, "share": share, "most": write(rank[share])}
    return draft


# To a rule


def write_doing(draft: Draft, at: str, path: str, marks: Marks) -> dict[str, Any]:
    """Write the condition; ``path`` is where it stands in the rule, ``at`` in the form."""
    return _WRITERS[draft.kind](draft, at, path, marks)


def _begin(draft: Draft, key: str, at: str, here: str, marks: Marks) -> dict[str, Any]:
    """Write which events are meant; ``here`` is where the parser tells their faults."""
    marks[here] = f"{at}event"
    rule: dict[str, Any] = {key: draft.get("event")}
    if draft.tests:
        rule["where"] = write_tests(draft.tests, f"{at}where", f"{here}.where", marks)
    if draft.get("topic"):
        rule["topic"] = draft.get("topic")
        marks[f"{here}.topic"] = f"{at}topic"
    if draft.get("same_key"):
        rule["same_key"] = True
    return rule


def _write_did(draft: Draft, at: str, path: str, marks: Marks) -> dict[str, Any]:
    measure = draft.get("measure") or "count"
    ratio = measure == "share"
    kind = "share" if ratio else "did"
    here = join(path, kind)
    rule = _begin(draft, kind, at, here, marks)
    rule |= write_window(draft.fields, at, here, marks)
    rule |= _write_measure(draft, measure, at, here, marks)
    bounded = "count" if measure == "count" else "is"
    rule[bounded] = write_bounds(draft.bounds, at, f"{here}.{bounded}", marks, ratio=ratio)
    return rule


def _write_measure(
    draft: Draft, measure: str, at: str, here: str, marks: Marks
) -> dict[str, Any]:  # fmt: skip
    if measure in ("count", "share"):
        return {}
    if measure.startswith(_OF_DAYS):
        return {"distinct": measure.removeprefix(_OF_DAYS)}
    marks[f"{here}.{measure}"] = f"{at}of"
    return {measure: draft.get("of")}


def _write_then(draft: Draft, at: str, path: str, marks: Marks) -> dict[str, Any]:
    here = join(path, "did")
    rule = _begin(draft, "did", at, here, marks)
    key = "then_not" if draft.get("absent") else "then"
    rule[key] = draft.get("next")
    if draft.more:
        rule["then_where"] = write_tests(draft.more, f"{at}has", f"{here}.then_where", marks)
    if draft.get("next_topic"):
        rule["then_topic"] = draft.get("next_topic")
    for name, field in (("within", "gap"), ("after", "wait")):
        if draft.get(field) or (field == "gap" and draft.get("absent")):
            rule[name] = read_duration(draft.get(field), draft.get(f"{field}_unit") or "d")
    rule |= write_window(draft.fields, at, here, marks, "during")
    for name, field in (
        (key, "next"), ("then_topic", "next_topic"), ("within", "gap"), ("after", "wait"),
    ):  # fmt: skip
        marks[f"{here}.{name}"] = f"{at}{field}"
    return rule


def _write_last(draft: Draft, at: str, path: str, marks: Marks) -> dict[str, Any]:
    here = join(path, "last")
    rule = _begin(draft, "last", at, here, marks)
    rule |= write_window(draft.fields, at, here, marks)
    rule["has"] = write_tests(draft.more, f"{at}has", f"{here}.has", marks)
    return rule


def _write_trend(draft: Draft, at: str, path: str, marks: Marks) -> dict[str, Any]:
    here = join(path, "trend")
    rule = _begin(draft, "trend", at, here, marks)
    rule["window"] = read_duration(draft.get("amount"), draft.get("unit") or "d")
    rule["is"] = write_bounds(draft.bounds, at, f"{here}.is", marks, ratio=True)
    if draft.get("at_least"):
        rule["at_least_before"] = read_number(draft.get("at_least"))
    marks[f"{here}.window"] = f"{at}amount"
    marks[f"{here}.at_least_before"] = f"{at}at_least"
    return rule


def _write_top(draft: Draft, at: str, path: str, marks: Marks) -> dict[str, Any]:
    end = draft.get("end") if draft.get("end") in _ENDS else "top"
    share = draft.get("share") if draft.get("share") in _SHARES else "percent"
    by = draft.get("by") or "count"
    kind = join(path, end)
    if by == "trait":
        rank: dict[str, Any] = {"trait": draft.get("path")}
        marks[f"{kind}.trait"] = f"{at}path"
    else:
        rank = _begin(draft, "did", at, kind, marks)
        rank |= write_window(draft.fields, at, kind, marks)
        rank |= _write_measure(draft, by, at, kind, marks)
    rank[share] = read_number(draft.get("most"))
    marks[f"{kind}.{share}"] = f"{at}most"
    return {end: rank}


_WRITERS: Mapping[str, Callable[[Draft, str, str, Marks], dict[str, Any]]] = {
    "did": _write_did,
    "then": _write_then,
    "last": _write_last,
    "trend": _write_trend,
    "top": _write_top,
}
