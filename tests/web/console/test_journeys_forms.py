"""Nodes as forms: what is laid out and read back is the same node."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Invalid
from coterie.journeys.nodes import DAYS, KEYS
from coterie.web.console.journeys.entries import entry_from
from coterie.web.console.journeys.entries import fields_of as entry_fields
from coterie.web.console.journeys.forms import Known, body_from, fields_of, starter
from coterie.web.console.journeys.rules import rule_fields, rule_from

KNOWN = Known("vips", "Wine Rated", "sandbox", "hello", "italy", "seat", "vip-list")
NAME = st.sampled_from(["a", "b", "end"])
LENGTH = st.builds(lambda n, unit: f"{n}{unit}", st.integers(1, 99), st.sampled_from("smhdw"))
SCALAR = st.one_of(st.integers(), st.booleans(), st.text(max_size=5), st.none())
RULES = st.recursive(
    st.one_of(
        st.builds(lambda s: {"in_segment": s}, st.sampled_from(["vips", "italy"])),
        st.builds(lambda e, s: {"did": e, "since": s}, st.sampled_from(["Wine Rated", "*"]),
                  st.sampled_from(["entry", "node"])),
        st.builds(lambda e, d: {"did": e, "within": d}, st.just("Read"), LENGTH),
    ),
    lambda inner: st.one_of(st.builds(lambda rule: {"not": rule}, inner),
                            st.lists(inner, min_size=1, max_size=2).map(lambda r: {"all": r})),
    max_leaves=4,
)  # fmt: skip
NODES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "message": st.fixed_dictionaries(
        {"channel": st.just("sandbox"), "template": st.just("hello"),
         "touch": st.sampled_from(["service", "commercial"]), "then": NAME},
        optional={"expires": LENGTH, "on_held": st.just("exit"), "value": st.integers(0, 9),
                  "wait_receipt": st.just(True), "delivery": st.just("at_most_once")}),
    "wait": st.one_of(
        st.builds(lambda d, t: {"for": d, "then": t}, LENGTH, NAME),
        st.fixed_dictionaries({"until": st.just("20:00"), "then": NAME}, optional={
            "days": st.sets(st.sampled_from(DAYS), min_size=1, max_size=6).map(
                lambda days: [day for day in DAYS if day in days])}),
        st.fixed_dictionaries({"until_property": st.just("due"), "then": NAME}, optional={
            "offset": st.builds(lambda sign, d: sign + d, st.sampled_from(["", "-"]), LENGTH)})),
    "wait_for": st.one_of(
        st.fixed_dictionaries({"branches": st.lists(st.fixed_dictionaries(
            {"when": RULES, "then": NAME}), min_size=1, max_size=3)}),
        st.fixed_dictionaries({"branches": st.lists(st.fixed_dictionaries(
            {"when": RULES, "then": NAME}), min_size=1, max_size=3),
            "timeout": LENGTH, "on_timeout": NAME})),
    "split": st.fixed_dictionaries({"if": RULES, "yes": NAME, "no": NAME}),
    "random": st.fixed_dictionaries({"branches": st.lists(
        st.tuples(NAME, st.integers(0, 100)).map(list), min_size=1, max_size=4)},
        optional={"as_experiment": st.booleans()}),
    "invite": st.fixed_dictionaries({"community": st.just("italy"), "then": NAME}),
    "act": st.fixed_dictionaries({"action": st.just("seat"), "then": NAME}, optional={
        "arguments": st.dictionaries(st.text(max_size=3), SCALAR, max_size=2)}),
    "task": st.fixed_dictionaries({
        "to": st.sampled_from(["guide", "store", {"role": "owner"}]),
        "script": st.sampled_from(["call her", ""]), "then": NAME}, optional={"due": LENGTH}),
    "webhook": st.fixed_dictionaries(
        {"url": st.just("https://erp.example"), "template": st.just("hello"), "then": NAME},
        optional={"headers": st.dictionaries(st.just("Authorization"), st.just("erp"))}),
    "tag": st.fixed_dictionaries({"tag": st.just("vip"), "then": NAME}),
    "untag": st.fixed_dictionaries({"tag": st.just("vip"), "then": NAME}),
    "set": st.fixed_dictionaries({"trait": st.just("level"), "value": SCALAR, "then": NAME}),
    "emit": st.fixed_dictionaries({"event": st.just("Told"), "then": NAME}, optional={
        "properties": st.dictionaries(st.text(max_size=3), SCALAR, min_size=1, max_size=2)}),
    "jump": st.fixed_dictionaries({"to": NAME}),
}  # fmt: skip


@given(st.data(), st.sampled_from(sorted(NODES)))
def test_a_node_laid_out_and_read_back_is_the_same_node(data: st.DataObject, kind: str) -> None:
    body = {"do": kind, **data.draw(NODES[kind])}
    assert body_from(fields_of(body), body, KNOWN) == body


RHYTHMS = st.one_of(
    st.builds("FREQ=DAILY;BYHOUR={}".format, st.integers(0, 23)),
    st.builds("FREQ=WEEKLY;BYDAY={};BYHOUR={};BYMINUTE={}".format,
              st.sampled_from(["MO", "TH", "MO,SU", "SU,MO"]), st.integers(0, 24),
              st.integers(0, 60)),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={};BYHOUR=05".format, st.integers(1, 31)),
    st.sampled_from(["FREQ=HOURLY", "FREQ=WEEKLY;BYHOUR=5", "nonsense"]),
)  # fmt: skip
ENTRIES = st.one_of(
    st.builds(lambda name: {"segment": name}, st.sampled_from(["vips", "italy"])),
    st.just({"event": "Wine Rated", "where": [{"property": "a", "op": "=", "value": 1}]}),
    st.just({"list": "vip-list"}),
    st.just({"api": True}),
    st.fixed_dictionaries({"schedule": RHYTHMS, "for": RULES}, optional={
        "zone": st.just("Asia/Tokyo"), "from": st.just("2026-01-01")}),
)  # fmt: skip


@given(ENTRIES)
def test_an_entry_laid_out_and_read_back_is_the_same_entry(entry: dict[str, Any]) -> None:
    assert entry_from(entry_fields(entry), entry, KNOWN) == entry


def test_another_way_in_begins_with_what_there_is() -> None:
    before = {"segment": "vips"}
    for way in ("event", "schedule", "list", "api"):
        changed = entry_from({"entry": way, "entry-name": "vips"}, before, KNOWN)
        assert way in changed
        assert entry_from(entry_fields(changed), changed, KNOWN) == changed


@given(RULES)
def test_a_rule_laid_out_and_read_back_is_the_same_rule(rule: dict[str, Any]) -> None:
    assert rule_from(rule_fields(rule, "if"), "if") == rule


def test_every_kind_of_today_has_a_form_and_a_beginning() -> None:
    assert set(NODES) == set(KEYS)
    for kind, (required, _) in KEYS.items():
        assert set(required) | {"do"} <= set(starter(kind, KNOWN))
    with pytest.raises(Invalid):
        starter("dance", KNOWN)


def test_a_wait_changes_its_kind_with_sensible_beginnings() -> None:
    body = {"do": "wait", "for": "7d", "then": "b"}
    assert body_from({"how": "until"}, body, KNOWN) == {"do": "wait", "until": "10:00", "then": "b"}
    every_day = {f"day-{day}": "yes" for day in DAYS}
    assert "days" not in body_from({"how": "until", "until": "09:30", **every_day}, body, KNOWN)
    assert body_from({"how": "for", "for": " 5 ", "for-unit": "h"}, body, KNOWN)["for"] == "5h"
    assert body_from({"how": "for", "for": "soon"}, body, KNOWN)["for"] == "soon"


def test_a_condition_that_changes_its_kind_takes_what_there_is_and_loses_nothing_as_json() -> None:
    rule = {"did": "Wine Rated", "since": "entry"}
    asked = {**rule_fields(rule, "if"), "if-was": "did"}
    changed = rule_from({**asked, "if-way": "segment"}, "if", "vips")
    assert changed == {"in_segment": "vips"}
    assert rule_from({**asked, "if-way": "json"}, "if", "vips") == rule
    assert rule_from({**asked, "if-not": "yes"}, "if") == {"not": rule}
    for text in ("{", "[1]", "not JSON"):
        typed = rule_from({"if-way": "json", "if-json": text}, "if")
        shown = rule_fields(typed, "if")["if-json"]
        assert "".join(shown.split()) == "".join(text.split()), "what was typed is not lost"


def test_branches_are_added_and_dropped_but_never_all() -> None:
    body = {"do": "random", "branches": [["a", 60], ["b", 40]]}
    asked = fields_of(body)
    assert body_from({**asked, "add": ""}, body, KNOWN)["branches"][2] == ["b", 0]
    assert body_from({**asked, "drop": "0"}, body, KNOWN)["branches"] == [["b", 40]]
    alone = {"do": "random", "branches": [["a", 100]]}
    assert body_from({**fields_of(alone), "drop": "0"}, alone, KNOWN) == alone
    waiting = {"do": "wait_for", "branches": [{"when": {"did": "*", "since": "node"}, "then": "a"}],
               "timeout": "1d", "on_timeout": "b"}  # fmt: skip
    added = body_from({**fields_of(waiting), "add": ""}, waiting, KNOWN)
    assert [branch["then"] for branch in added["branches"]] == ["a", "a"]
