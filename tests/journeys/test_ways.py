"""Edits of a graph as it is written: every one leaves a graph that can be walked."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.journeys import ways
from coterie.journeys.faults import find
from coterie.segments.language.parse import parse
from journeys.town import ZONE, say, wait

RULE = {"did": "Visited"}
STRAIGHT: dict[str, Any] = {
    "entry": {"event": "Ordered"}, "start": "a",
    "nodes": {"a": say("pause"), "pause": wait("3d", "b"), "b": say()},
}  # fmt: skip
FORKED: dict[str, Any] = {
    "entry": {"event": "Ordered"}, "start": "look",
    "nodes": {
        "look": {"do": "split", "if": RULE, "yes": "praise", "no": "pause"},
        "praise": say(), "pause": wait("1d", "again"), "again": {"do": "jump", "to": "look"},
    },
}  # fmt: skip

BODIES: dict[str, dict[str, Any]] = {
    "message": say(""),
    "wait": wait("1d", ""),
    "wait_for": {"do": "wait_for", "branches": [{"when": RULE, "then": ""}], "timeout": "1d",
                 "on_timeout": ""},
    "split": {"do": "split", "if": RULE, "yes": "", "no": ""},
    "random": {"do": "random", "branches": [["", 50], ["", 50]]},
    "tag": {"do": "tag", "tag": "vip", "then": ""},
    "untag": {"do": "untag", "tag": "vip", "then": ""},
    "set": {"do": "set", "trait": "t", "value": 1, "then": ""},
    "emit": {"do": "emit", "event": "Told", "then": ""},
    "jump": {"do": "jump", "to": ""},
}  # fmt: skip


def faults(definition: dict[str, Any]) -> list[str]:
    return [fault.path for fault in find("j", definition, lambda rule: parse(rule, ZONE))[1]]


def test_ways_are_listed_as_they_are_written() -> None:
    found = {kind: [way.path for way in ways.ways(body)] for kind, body in BODIES.items()}
    assert found["wait_for"] == ["branches[0].then", "on_timeout"]
    assert found["random"] == ["branches[0][0]", "branches[1][0]"]
    assert found["split"] == ["yes", "no"]
    assert found["jump"] == ["to"]
    assert ways.ways({"do": "split", "yes": 3}) == ways.ways("nonsense") == []
    assert ways.ways({"do": "random", "branches": [["a", 30]]})[0].share == 30


@pytest.mark.parametrize("kind", BODIES)
def test_a_node_put_into_a_way_leads_where_the_way_led(kind: str) -> None:
    before = copy.deepcopy(STRAIGHT)
    changed, name = ways.insert(STRAIGHT, "a", "then", BODIES[kind])
    assert before == STRAIGHT, "the old one is as it was"
    assert faults(changed) == []
    assert changed["nodes"]["a"]["then"] == name
    assert {way.target for way in ways.ways(changed["nodes"][name])} == {"pause"}
    assert list(changed["nodes"]) == ["a", name, "pause", "b"]


def test_a_node_is_put_before_the_first_and_into_one_branch_of_many() -> None:
    changed, name = ways.insert(FORKED, None, "", BODIES["wait"])
    assert (changed["start"], faults(changed)) == (name, [])
    changed, name = ways.insert(FORKED, "look", "no", BODIES["tag"])
    assert changed["nodes"]["look"] == {**FORKED["nodes"]["look"], "no": name}
    with pytest.raises(NotFound):
        ways.insert(FORKED, "look", "then", BODIES["tag"])
    with pytest.raises(NotFound):
        ways.insert(FORKED, "ghost", "then", BODIES["tag"])


def test_a_node_taken_out_is_passed_over() -> None:
    changed, gone = ways.remove(STRAIGHT, "pause")
    assert (gone, changed["nodes"]["a"]["then"]) == (("pause",), "b")
    changed, gone = ways.remove(STRAIGHT, "a")
    assert (changed["start"], faults(changed)) == ("pause", [])


def test_a_fork_taken_out_keeps_one_way_and_what_only_the_other_led_to_goes() -> None:
    changed, gone = ways.remove(FORKED, "look", keep="yes")
    assert gone == ("look", "pause", "again")
    assert (changed["start"], list(changed["nodes"])) == ("praise", ["praise"])
    changed, gone = ways.remove(FORKED, "look", keep="no")
    assert gone == ("look", "praise")
    assert changed["nodes"]["again"]["to"] == "pause"


def test_the_last_step_stays() -> None:
    with pytest.raises(Conflict):
        ways.remove({"start": "a", "nodes": {"a": say()}}, "a")
    with pytest.raises(Conflict):
        ways.remove(FORKED, "look", keep="yes") and ways.remove(
            {"start": "a", "nodes": {"a": say(), "b": say()}}, "a"
        )


def test_a_body_is_put_in_the_place_of_another() -> None:
    changed = ways.replace(STRAIGHT, "pause", wait("9d", "b"))
    assert changed["nodes"]["pause"]["for"] == "9d"
    assert STRAIGHT["nodes"]["pause"]["for"] == "3d"
    with pytest.raises(NotFound):
        ways.replace(STRAIGHT, "ghost", wait("9d", "b"))
    with pytest.raises(Invalid):
        ways.replace(STRAIGHT, "a", {"do": "dance"})


@given(st.data())
def test_any_edits_of_a_graph_without_faults_leave_one_without_missing_ways(
    data: st.DataObject,
) -> None:
    definition = STRAIGHT
    for _ in range(data.draw(st.integers(1, 8))):
        names = list(definition["nodes"])
        name = data.draw(st.sampled_from(names))
        if data.draw(st.booleans()) or len(names) == 1:
            way = data.draw(st.sampled_from(ways.ways(definition["nodes"][name])))
            kind = data.draw(st.sampled_from([k for k in BODIES if k != "jump"]))
            definition, _ = ways.insert(definition, name, way.path, BODIES[kind])
        else:
            way = data.draw(st.sampled_from(ways.ways(definition["nodes"][name])))
            try:
                definition, _ = ways.remove(definition, name, way.path)
            except Conflict:
                continue
        assert faults(definition) == []
