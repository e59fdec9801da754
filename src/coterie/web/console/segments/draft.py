"""A rule while somebody builds it: a tree that may be unfinished, and its way to and from JSON.

Pure. Two laws: every rule that the parser takes means the same after ``from_rule`` and
``to_rule``; and whatever a draft holds, ``to_rule`` writes it, so that the parser can say where it
is wrong. A place in the tree is ``r`` for the root and ``r.0.1`` for a part of a part.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from coterie.segments.language.calendar import FADING
from coterie.segments.language.vocabulary import MEASURES, OPERATORS
from coterie.web.console.segments.values import (
    read,
    read_duration,
    read_lines,
    read_number,
    write,
    write_duration,
    write_lines,
)

ROOT = "r"
GROUPS = ("all", "any")
LEAVES = ("did", "score", "trait", "tag", "in_segment", "bucket", "everyone")
KINDS = (*GROUPS, *LEAVES)
SCORE_OPERATORS = (">=", ">", "<=", "<", "=", "!=")

Fields = dict[str, str]

_TAKES = {operator.op: operator.takes for operator in OPERATORS}
_FOLDS = frozenset(operator.op for operator in OPERATORS if operator.folds)
_INTEREST = "interest."
_OF_DAYS = "distinct "
"""Counting different days is a measure of its own on the form: ``distinct @day``."""


@dataclass
class Draft:
    """One node: its kind, how often it is negated, its fields as text, and what is in it.

    ``bounds`` are comparisons of a number, ``tests`` are on properties, ``parts`` are a group's.
    """

    kind: str
    negated: int = 0
    fields: Fields = field(default_factory=dict)
    bounds: list[Fields] = field(default_factory=list)
    tests: list[Fields] = field(default_factory=list)
    parts: list["Draft"] = field(default_factory=list)

    def get(self, key: str) -> str:
        """Return a field's text, empty when there is none."""
        return self.fields.get(key, "")


def walk(draft: Draft, place: str = ROOT) -> Iterator[tuple[str, Draft]]:
    """Yield every node with its place, outermost first."""
    yield place, draft
    for index, part in enumerate(draft.parts):
        yield from walk(part, f"{place}.{index}")


# From a rule


def from_rule(rule: Mapping[str, Any]) -> Draft:
    """Make a draft of a rule that the parser takes."""
    negated = 0
    while "not" in rule:
        rule, negated = rule["not"], negated + 1
    draft = _of_node(rule)
    draft.negated = negated
    return draft


def _of_node(rule: Mapping[str, Any]) -> Draft:
    for kind in GROUPS:
        if kind in rule:
            return Draft(kind, parts=[from_rule(part) for part in rule[kind]])
    if "did" in rule or "share" in rule:
        return _of_events(rule)
    if "trait" in rule:
        return _of_trait(rule)
    if "bucket" in rule:
        return Draft("bucket", fields={key: str(rule["bucket"][key]) for key in _BUCKET})
    for kind in ("tag", "in_segment"):
        if kind in rule:
            return Draft(kind, fields={kind: rule[kind]})
    return Draft("everyone")


def _of_events(rule: Mapping[str, Any]) -> Draft:
    measure = next((key for key in ("share", *MEASURES) if key in rule), "count")
    fields = {"event": rule.get("did") or rule.get("share", ""), "measure": measure}
    if measure not in ("count", "share"):
        of = rule[measure]
        fields |= {"measure": _OF_DAYS + of} if of.startswith("@") else {"of": of}
    if "topic" in rule:
        fields["topic"] = rule["topic"]
    if rule.get("same_key"):
        fields["same_key"] = "on"
    fields |= _of_window(rule)
    bounds = rule.get("count" if measure == "count" else "is", {">=": 1})
    return Draft(
        "did",
        fields=fields,
        bounds=[_of_bound(op, value) for op, value in bounds.items()],
        tests=[_of_test(test, "property") for test in rule.get("where", ())],
    )


def _of_window(rule: Mapping[str, Any]) -> Fields:
    if "within" in rule:
        amount, unit = write_duration(rule["within"])
        return {"window": "within", "amount": amount, "unit": unit}
    if "between" in rule:
        return {"window": "dates", "from": rule["between"][0], "to": rule["between"][1]}
    found = {name: rule[key] for name, key in (("from", "since"), ("to", "before")) if key in rule}
    return {"window": "dates", **found} if found else {"window": "ever"}


def _of_bound(op: str, value: Any) -> Fields:
    if op == "between":
        return {"op": op, "low": write(value[0]), "high": write(value[1])}
    return {"op": op, "value": write(value)}


def _of_test(test: Mapping[str, Any], subject: str) -> Fields:
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


def _of_trait(rule: Mapping[str, Any]) -> Draft:
    path, op, value = rule["trait"], rule["op"], rule.get("value")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if path.startswith(FADING) and op in SCORE_OPERATORS and is_number and not rule.get("fold"):
        score = path.removeprefix(FADING)
        named = {"score": score}
        if score.startswith(_INTEREST):
            named = {"score": "interest", "topic": score.removeprefix(_INTEREST)}
        return Draft("score", fields=named, bounds=[_of_bound(op, value)])
    return Draft("trait", fields=_of_test(rule, "trait"))


# To a rule

Marks = dict[str, str]
"""Where the parser's paths lead to in the form: ``all[1].did.count`` -> ``r.1/is``."""


def to_rule(draft: Draft) -> tuple[dict[str, Any], Marks]:
    """Write the rule that a draft means, finished or not, and where its parts came from."""
    marks: Marks = {}
    return _write(draft, ROOT, "", marks), marks


def _write(draft: Draft, place: str, path: str, marks: Marks) -> dict[str, Any]:
    for _ in range(draft.negated):
        path = _join(path, "not")
    here = _join(path, _kind_in_rule(draft))
    marks[path] = marks[here] = f"{place}/kind"
    if draft.kind in GROUPS:
        rule: dict[str, Any] = {
            draft.kind: [
                _write(part, f"{place}.{index}", f"{here}[{index}]", marks)
                for index, part in enumerate(draft.parts)
            ]
        }
    else:
        rule = _WRITERS[draft.kind](draft, f"{place}/", here, marks)
    for _ in range(draft.negated):
        rule = {"not": rule}
    return rule


def _kind_in_rule(draft: Draft) -> str:
    if draft.kind == "did" and draft.get("measure") == "share":
        return "share"
    return "trait" if draft.kind == "score" else draft.kind


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _write_did(draft: Draft, at: str, here: str, marks: Marks) -> dict[str, Any]:
    measure, of = draft.get("measure") or "count", draft.get("of")
    if measure.startswith(_OF_DAYS):
        measure, of = "distinct", measure.removeprefix(_OF_DAYS)
    kind = "share" if measure == "share" else "did"
    rule: dict[str, Any] = {kind: draft.get("event")}
    marks[here] = f"{at}event"
    if draft.tests:
        rule["where"] = [
            _write_test(test, "property", f"{at}where.{index}.", f"{here}.where[{index}]", marks)
            for index, test in enumerate(draft.tests)
        ]
    if draft.get("topic"):
        rule["topic"] = draft.get("topic")
        marks[f"{here}.topic"] = f"{at}topic"
    if draft.get("same_key"):
        rule["same_key"] = True
    rule |= _write_window(draft, at, here, marks)
    if measure not in ("count", "share"):
        rule[measure] = of
        marks[f"{here}.{measure}"] = f"{at}of"
    bounded = "count" if measure == "count" else "is"
    marks[f"{here}.{bounded}"] = f"{at}is.0.value"
    rule[bounded] = _write_bounds(draft.bounds, at, f"{here}.{bounded}", marks)
    return rule


def _write_window(draft: Draft, at: str, here: str, marks: Marks) -> dict[str, Any]:
    window = draft.get("window")
    if window == "within":
        marks[f"{here}.within"] = f"{at}amount"
        return {"within": read_duration(draft.get("amount"), draft.get("unit") or "d")}
    rule = {}
    if window == "dates":
        for name, key in (("from", "since"), ("to", "before")):
            marks[f"{here}.{key}"] = f"{at}{name}"
            if draft.get(name):
                rule[key] = draft.get(name)
    return rule


def _write_bounds(bounds: list[Fields], at: str, here: str, marks: Marks) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for index, bound in enumerate(bounds):
        op, field_of = bound.get("op") or ">=", f"{at}is.{index}."
        if op == "between":
            written[op] = [read_number(bound.get(key, "")) for key in ("low", "high")]
            marks[f"{here}.{op}"] = marks[f"{here}.{op}[0]"] = f"{field_of}low"
            marks[f"{here}.{op}[1]"] = f"{field_of}high"
        else:
            written[op] = read_number(bound.get("value", ""))
            marks[f"{here}.{op}"] = f"{field_of}value"
    return written


def _write_test(
    test: Fields, subject: str, at: str, here: str, marks: Marks
) -> dict[str, Any]:  # fmt: skip
    op = test.get("op") or "="
    takes = _TAKES.get(op, "value")
    rule: dict[str, Any] = {subject: test.get("path", ""), "op": op}
    marks[here] = marks[f"{here}.property"] = f"{at}path"
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


def _write_trait(draft: Draft, at: str, here: str, marks: Marks) -> dict[str, Any]:
    return _write_test(draft.fields, "trait", at, here, marks)


def _write_score(draft: Draft, at: str, here: str, marks: Marks) -> dict[str, Any]:
    bound = draft.bounds[0] if draft.bounds else {}
    score = draft.get("score")
    marks[here] = f"{at}{'topic' if score == 'interest' else 'score'}"
    marks[f"{here}.value"] = f"{at}is.0.value"
    return {
        "trait": FADING + (_INTEREST + draft.get("topic") if score == "interest" else score),
        "op": bound.get("op") or ">=",
        "value": read_number(bound.get("value", "")),
    }


_BUCKET = ("salt", "from", "to")


def _write_bucket(draft: Draft, at: str, here: str, marks: Marks) -> dict[str, Any]:
    for key in _BUCKET:
        marks[f"{here}.{key}"] = f"{at}{key}"
    edges = {key: read_number(draft.get(key)) for key in ("from", "to")}
    return {"bucket": {"salt": draft.get("salt"), **edges}}


def _write_name(draft: Draft, at: str, here: str, marks: Marks) -> dict[str, Any]:
    marks[here] = f"{at}{draft.kind}"
    return {draft.kind: draft.get(draft.kind)}


def _write_everyone(_draft: Draft, _at: str, _here: str, _marks: Marks) -> dict[str, Any]:
    return {"everyone": True}


_WRITERS = {
    "did": _write_did,
    "score": _write_score,
    "trait": _write_trait,
    "tag": _write_name,
    "in_segment": _write_name,
    "bucket": _write_bucket,
    "everyone": _write_everyone,
}
