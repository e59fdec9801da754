"""A rule while somebody builds it: a tree that may be unfinished, and its way to and from JSON.

Pure. Two laws: every rule that the parser takes means the same after ``from_rule`` and
``to_rule``; and whatever a draft holds, ``to_rule`` writes it, so that the parser can say where it
is wrong. A place in the tree is ``r`` for the root and ``r.0.1`` for a part of a part.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from coterie.profiles.consents.model import ALL_CHANNELS
from coterie.segments.language.calendar import FADING
from coterie.segments.language.conditions_parse import join
from coterie.web.console.segments.conditions import (
    Fields,
    Marks,
    bound_fields,
    test_fields,
    write_test,
)
from coterie.web.console.segments.doings import DOINGS, of_doing, write_doing
from coterie.web.console.segments.node import Draft
from coterie.web.console.segments.values import read_number, write

ROOT = "r"
GROUPS = ("all", "any", "none", "not_all")
NAMED = ("tag", "in_segment", "list", "in_community", "in_group")
"""Conditions that name one thing, under their own key."""
LEAVES = (*DOINGS, "score", "trait", *NAMED, "consents", "near", "bucket", "everyone")
KINDS = (*GROUPS, *LEAVES)
SCORE_OPERATORS = (">=", ">", "<=", "<", "=", "!=")

_DENIED = {"all": "not_all", "any": "none"}
_MEANT = {"not_all": "all", "none": "any"}
"""A group that is denied as a whole has words of its own."""

_INTEREST = "interest."
_SEVERAL: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bucket": (("salt",), ("from", "to")),
    "consents": (("purpose", "channel"), ()),
    "near": ((), ("lat", "lon", "km")),
}
"""Conditions of several fields: which of them are texts, and which are numbers."""


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
    if negated and draft.kind in _DENIED:
        draft.kind, negated = _DENIED[draft.kind], negated - 1
    draft.negated = negated
    return draft


def _of_node(rule: Mapping[str, Any]) -> Draft:
    for kind in _DENIED:
        if kind in rule:
            return Draft(kind, parts=[from_rule(part) for part in rule[kind]])
    if "trait" in rule:
        return _of_trait(rule)
    for kind, (texts, numbers) in _SEVERAL.items():
        if kind in rule:
            fields = {key: rule[kind].get(key, ALL_CHANNELS) for key in texts}
            return Draft(kind, fields=fields | {key: write(rule[kind][key]) for key in numbers})
    for kind in NAMED:
        if kind in rule:
            return Draft(kind, fields={kind: rule[kind]})
    return Draft("everyone") if "everyone" in rule else of_doing(rule)


def _of_trait(rule: Mapping[str, Any]) -> Draft:
    path, op, value = rule["trait"], rule["op"], rule.get("value")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if path.startswith(FADING) and op in SCORE_OPERATORS and is_number and not rule.get("fold"):
        score = path.removeprefix(FADING)
        named = {"score": score}
        if score.startswith(_INTEREST):
            named = {"score": "interest", "topic": score.removeprefix(_INTEREST)}
        return Draft("score", fields=named, bounds=[bound_fields(op, value)])
    return Draft("trait", fields=test_fields(rule, "trait"))


# To a rule


def to_rule(draft: Draft) -> tuple[dict[str, Any], Marks]:
    """Write the rule that a draft means, finished or not, and where its parts came from."""
    marks: Marks = {}
    return _write(draft, ROOT, "", marks), marks


def _write(draft: Draft, place: str, path: str, marks: Marks) -> dict[str, Any]:
    kind = _MEANT.get(draft.kind, draft.kind)
    negated = draft.negated + (kind != draft.kind)
    for _ in range(negated):
        path = join(path, "not")
    marks[path] = f"{place}/kind"
    if kind in _DENIED:
        here = join(path, kind)
        marks[here] = f"{place}/kind"
        rule: dict[str, Any] = {
            kind: [
                _write(part, f"{place}.{index}", f"{here}[{index}]", marks)
                for index, part in enumerate(draft.parts)
            ]
        }
    elif kind in DOINGS:
        rule = write_doing(draft, f"{place}/", path, marks)
    else:
        here = join(path, "trait" if kind == "score" else kind)
        marks[here] = f"{place}/kind"
        rule = _write_being(draft, f"{place}/", here, marks)
    for _ in range(negated):
        rule = {"not": rule}
    return rule


def _write_being(draft: Draft, at: str, here: str, marks: Marks) -> dict[str, Any]:
    """Write a condition on what somebody is or has."""
    if draft.kind == "trait":
        return write_test(draft.fields, "trait", at, here, marks)
    if draft.kind == "score":
        return _write_score(draft, at, here, marks)
    if draft.kind in NAMED:
        marks[here] = f"{at}{draft.kind}"
        return {draft.kind: draft.get(draft.kind).strip()}
    if draft.kind in _SEVERAL:
        return {draft.kind: _write_several(draft.fields, *_SEVERAL[draft.kind], at, here, marks)}
    return {"everyone": True}


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


def _write_several(
    fields: Fields, texts: tuple[str, ...], numbers: tuple[str, ...], at: str, here: str,
    marks: Marks,
) -> dict[str, Any]:  # fmt: skip
    for key in (*texts, *numbers):
        marks[f"{here}.{key}"] = f"{at}{key}"
    said: dict[str, Any] = {key: fields.get(key, "") for key in texts}
    return said | {key: read_number(fields.get(key, "")) for key in numbers}
