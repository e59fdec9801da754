"""Moving a step of a graph: nothing is lost and nothing circles, whatever is moved where."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.errors import Conflict, NotFound
from coterie.journeys import moving
from coterie.journeys.ways import nodes_of, reached, ways

Definition = dict[str, Any]


def way_of(*names: str, end: str = "end") -> Definition:
    """A straight journey of waits."""
    pairs = zip(names, [*names[1:], end], strict=True)
    nodes = {name: {"do": "wait", "for": "1d", "then": then} for name, then in pairs}
    return {"start": names[0], "nodes": nodes}


FORKED: Definition = {
    "start": "ask",
    "nodes": {
        "ask": {"do": "split", "if": {"did": "A"}, "yes": "a", "no": "b"},
        "a": {"do": "tag", "tag": "x", "then": "last"},
        "b": {"do": "wait", "for": "1d", "then": "last"},
        "last": {"do": "tag", "tag": "y", "then": "end"},
    },
}


def straight(definition: Definition) -> list[str]:
    names, name = [], definition["start"]
    while name != "end":
        names.append(name)
        name = definition["nodes"][name]["then"]
    return names


def test_up_and_down() -> None:
    start = way_of("a", "b", "c")
    place = moving.above(start, "c")
    assert place is not None
    up = moving.move(start, "c", place)
    assert straight(up) == ["a", "c", "b"]
    assert straight(moving.move(up, "c", moving.above(up, "c"))) == ["c", "a", "b"]  # type: ignore[arg-type]
    assert moving.above(start, "a") is None
    assert moving.below(start, "c") is None
    down = moving.below(start, "a")
    assert down is not None
    assert straight(moving.move(start, "a", down)) == ["b", "a", "c"]


def test_into_another_way() -> None:
    moved = moving.move(FORKED, "last", ("ask", "yes"))
    nodes = nodes_of(moved)
    assert nodes["ask"]["yes"] == "last"
    assert (nodes["last"]["then"], nodes["a"]["then"], nodes["b"]["then"]) == ("a", "end", "end")
    assert moving.above(FORKED, "last") is None, "two ways meet there"


def test_what_splits_stays_where_it_is() -> None:
    assert not moving.is_movable(FORKED, "ask")
    for verb in (lambda: moving.move(FORKED, "ask", ("a", "then")),
                 lambda: moving.duplicate(FORKED, "ask")):  # fmt: skip
        with pytest.raises(Conflict):
            verb()
    assert not moving.is_movable(way_of("a"), "a")
    with pytest.raises(NotFound):
        moving.move(FORKED, "a", ("gone", "then"))


def test_a_copy_stands_right_behind() -> None:
    changed, name = moving.duplicate(way_of("a", "b"), "a")
    assert straight(changed) == ["a", name, "b"]
    assert changed["nodes"][name]["for"] == "1d"


@settings(max_examples=60)
@given(st.data())
def test_wherever_a_step_goes_every_step_is_still_reached(data: st.DataObject) -> None:
    definition = data.draw(st.sampled_from([FORKED, way_of("a", "b", "c", "d")]))
    for _ in range(data.draw(st.integers(1, 4))):
        movable = [each for each in nodes_of(definition) if moving.is_movable(definition, each)]
        name = data.draw(st.sampled_from(movable))
        places = moving.places(definition, name)
        if not places:
            continue
        before = nodes_of(definition)
        definition = moving.move(definition, name, data.draw(st.sampled_from(places)))
        after = nodes_of(definition)
        assert after.keys() == before.keys() == reached(definition)
        assert all(len(ways(after[each])) == len(ways(before[each])) for each in after)
        assert all(way.target in {*after, "end"} for body in after.values() for way in ways(body))
