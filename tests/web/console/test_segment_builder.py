"""The builder's laws: a rule survives the form, and every button leaves a rule."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Invalid
from coterie.segments.language.parse import parse
from coterie.web.console.segments import values
from coterie.web.console.segments.draft import from_rule, to_rule, walk
from coterie.web.console.segments.form import from_fields, to_fields
from coterie.web.console.segments.node import Draft
from coterie.web.console.segments.pressing import act
from segments.strategies import ZONE, rules

_TEXTS = st.text(max_size=8) | st.sampled_from(
    ["true", "007", "4", "-1.5e3", '"', "[", "[1]", " a"]
)
_SCALARS = _TEXTS | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(_SCALARS | st.lists(_SCALARS, min_size=1, max_size=3))
def test_a_value_survives_a_field(value: Any) -> None:
    found = values.read(values.write(value))
    assert (found, type(found)) == (value, type(value))


@given(st.lists(_SCALARS, min_size=1, max_size=4))
def test_several_values_survive_lines(several: list[Any]) -> None:
    assert values.read_lines(values.write_lines(several)) == several


@given(rules(segments=("vip", "new"), max_leaves=8))
def test_every_rule_that_the_parser_takes_survives_the_form(rule: dict[str, Any]) -> None:
    back, _ = to_rule(from_fields(to_fields(from_rule(rule))))
    assert parse(back, ZONE) == parse(rule, ZONE)


@pytest.mark.parametrize(
    "rule",
    [
        {"did": "Order Updated", "since": "entry", "same_key": True},
        {"not": {"not": {"all": [{"not": {"tag": "vip"}}]}}},
        {"trait": "note", "op": "contains", "value": 'a\nb, "c"'},
        {"trait": "scores.interest.wine/italy", "op": ">=", "value": 2},
        {"trait": "scores.activity", "op": "between", "value": [1, 2]},
        {"trait": "a", "op": "in", "value": ["", " ", "true", True, 7, "7", "x\ny"]},
        {"trait": "a", "op": "=", "value": ["007"]},
        {"trait": "a", "op": "starts_with", "value": "4"},
        {"trait": "a", "op": "matches", "value": ' "^x" '},
        {"trait": "a", "op": "unchanged_for", "duration": "1d", "value": ""},
        {"did": "X", "count": {"between": [1, 2], "!=": 2, ">": 0.5}},
    ],
)
def test_rules_with_something_special_survive_the_form(rule: dict[str, Any]) -> None:
    back, _ = to_rule(from_fields(to_fields(from_rule(rule))))
    assert parse(back, ZONE) == parse(rule, ZONE)


@given(st.data(), rules(segments=("vip",), max_leaves=6))
def test_the_path_of_every_fault_leads_to_a_field(data: st.DataObject, rule: Any) -> None:
    draft = from_rule(rule)
    place, node = data.draw(st.sampled_from(list(walk(draft))))
    keys = [key for key in node.fields if key not in ("fold", "unit", "measure", "window", "op")]
    if not keys:
        return
    node.fields[data.draw(st.sampled_from(keys))] = ""
    written, marks = to_rule(draft)
    try:
        parse(written, ZONE)
    except Invalid as fault:
        assert marks.get(fault.path, "").startswith(f"{place}/"), fault


def _fresh(kind: str) -> Draft:
    return (
        Draft(kind, fields={"tag": "new"}) if kind == "tag" else from_rule({"did": "Article Read"})
    )


_BUTTONS = [
    "add", "remove", "copy", "wrap", "unwrap", "up", "down", "into", "out", "move", "test", "bound",
]  # fmt: skip


@given(rules(max_leaves=5), st.data())
def test_whatever_is_pressed_a_rule_remains(rule: dict[str, Any], data: st.DataObject) -> None:
    draft = from_rule(rule)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.sampled_from([place for place, _ in walk(draft)]))
        verb = data.draw(st.sampled_from(_BUTTONS))
        more = data.draw(st.sampled_from(["", "tag", "group", "all", "0", "9", "r.0", "r.1.0"]))
        draft = act(draft, f"{verb}:{place}:{more}", _fresh)
        assert from_fields(to_fields(draft)) == draft
    for _, node in walk(draft):
        node.tests = [test for test in node.tests if test["path"]]
        node.bounds = [{**bound, "value": bound.get("value") or "1"} for bound in node.bounds]
    parse(to_rule(draft)[0], ZONE)


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ("add:r:tag", {"all": [{"tag": "a"}, {"tag": "b"}, {"tag": "new"}]}),
        ("remove:r.0", {"all": [{"tag": "b"}]}),
        ("remove:r", {"everyone": True}),
        ("wrap:r.1:any", {"all": [{"tag": "a"}, {"any": [{"tag": "b"}]}]}),
        ("wrap:r:any", {"any": [{"all": [{"tag": "a"}, {"tag": "b"}]}]}),
        ("unwrap:r", {"all": [{"tag": "a"}, {"tag": "b"}]}),
        ("up:r.1", {"all": [{"tag": "b"}, {"tag": "a"}]}),
        ("down:r.1", {"all": [{"tag": "a"}, {"tag": "b"}]}),
        ("copy:r.0", {"all": [{"tag": "a"}, {"tag": "a"}, {"tag": "b"}]}),
        ("into:r.0", {"all": [{"tag": "a"}, {"tag": "b"}]}),
        ("out:r.0", {"all": [{"tag": "a"}, {"tag": "b"}]}),
        ("move:r.0:r.2", {"all": [{"tag": "b"}, {"tag": "a"}]}),
        ("move:r.0:r.0.0", {"all": [{"tag": "a"}, {"tag": "b"}]}),
        ("remove:r.7", {"all": [{"tag": "a"}, {"tag": "b"}]}),
        ("burn:r.0", {"all": [{"tag": "a"}, {"tag": "b"}]}),
        ("remove:everything", {"all": [{"tag": "a"}, {"tag": "b"}]}),
    ],
)
def test_a_button_does_what_it_says(told: str, rule: dict[str, Any]) -> None:
    draft = from_rule({"all": [{"tag": "a"}, {"tag": "b"}]})
    assert to_rule(act(draft, told, _fresh))[0] == rule


def test_unwrapping_one_part_keeps_what_was_negated() -> None:
    draft = from_rule({"not": {"any": [{"tag": "a"}]}})
    assert to_rule(act(draft, "unwrap:r", _fresh))[0] == {"not": {"tag": "a"}}


def test_a_form_without_a_rule_or_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="holds no rule"):
        from_fields({"title_en": "x"})
    deep = "r"
    fields = {"r/kind": "all"}
    for _ in range(70):
        deep += ".0"
        fields[f"{deep}/kind"] = "all"
    with pytest.raises(Invalid, match="levels deep"):
        from_fields(fields)
