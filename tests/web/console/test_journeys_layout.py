"""The graph's places: rows go down, branches lie side by side, joins below, nothing overlaps."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coterie.journeys.ways import nodes_of, ways
from coterie.web.console.journeys.layout import THIN, Layout, lay_out


def say(then: str) -> dict[str, Any]:
    return {"do": "message", "then": then}


def split(yes: str, no: str) -> dict[str, Any]:
    return {"do": "split", "yes": yes, "no": no}


def drawn(start: str = "a", **nodes: Any) -> Layout:
    return lay_out({"start": start, "nodes": nodes})


def at(layout: Layout, name: str) -> tuple[float, int]:
    return next((place.column, place.row) for place in layout.places if place.name == name)


def marks(layout: Layout) -> dict[tuple[str, str], str]:
    return {(e.source, e.way.path): e.mark.kind for e in layout.edges if e.mark is not None}


def test_a_chain_stands_in_one_column() -> None:
    layout = drawn(a=say("b"), b=say("c"), c=say("end"))
    assert [at(layout, name) for name in "abc"] == [(0.5, 0), (0.5, 1), (0.5, 2)]
    assert marks(layout) == {("c", "then"): "end"}
    assert (layout.columns, layout.rows) == (1.0, 4)


def test_branches_lie_side_by_side_under_the_middle_of_their_fork() -> None:
    layout = drawn(a=split("b", "c"), b=say("end"), c=say("end"))
    (fork, _), (left, down), (right, same) = (at(layout, name) for name in "abc")
    assert (down, same) == (1, 1)
    assert right - left == 1
    assert fork == (left + right) / 2


def test_branches_that_come_together_join_below_the_longer_one() -> None:
    layout = drawn(a=split("b", "d"), b=say("c"), c=say("e"), d=say("e"), e=say("end"))
    assert at(layout, "e")[1] == at(layout, "c")[1] + 1 == 3
    assert at(layout, "e")[0] == at(layout, "a")[0]


def test_a_way_that_skips_a_branch_has_a_lane_of_its_own() -> None:
    layout = drawn(a=split("b", "c"), b=say("c"), c=say("end"))
    skipping = next(edge for edge in layout.edges if edge.way.path == "no")
    assert skipping.place is not None
    assert skipping.place.name == "c"
    assert abs(skipping.lane - at(layout, "b")[0]) >= (1 + THIN) / 2


def test_a_jump_back_ends_in_a_mark_and_draws_nothing_upwards() -> None:
    layout = drawn(a=say("b"), b=split("end", "c"), c={"do": "jump", "to": "a"})
    assert marks(layout) == {("b", "yes"): "end", ("c", "to"): "back"}
    assert at(layout, "c")[1] == 2


def test_faulty_graphs_are_drawn_too() -> None:
    layout = drawn(a=say("ghost"), b=say("a"), c="nonsense")
    assert marks(layout)["a", "then"] == "missing"
    assert [place.name for place in layout.places if place.loose] == ["b", "c"]
    assert {place.row for place in layout.places if place.loose} == {2}
    assert lay_out({}).places == lay_out({"start": "x", "nodes": {}}).places == ()
    assert lay_out({"start": ["odd"], "nodes": {"a": say("a")}}).places[0].loose


def test_a_long_journey_is_no_deeper_than_the_stack() -> None:
    nodes = {f"n{i}": say(f"n{i + 1}") for i in range(499)} | {"n499": say("end")}
    assert at(drawn("n0", **nodes), "n499") == (0.5, 499)


NAMES = [f"n{i}" for i in range(7)]
TARGETS = st.sampled_from([*NAMES, "end", "ghost"])
BODIES = st.one_of(
    st.builds(say, TARGETS),
    st.builds(split, TARGETS, TARGETS),
    st.lists(st.tuples(TARGETS, st.just(25)), min_size=1, max_size=4).map(
        lambda pairs: {"do": "random", "branches": [list(pair) for pair in pairs]}
    ),
)


@given(st.dictionaries(st.sampled_from(NAMES), BODIES, min_size=1))
def test_any_graph_is_drawn_whole_without_overlaps(nodes: dict[str, Any]) -> None:
    definition = {"start": "n0", "nodes": nodes}
    layout = lay_out(definition)
    assert sorted(place.name for place in layout.places) == sorted(nodes_of(definition))
    assert sorted((edge.source, edge.way.path) for edge in layout.edges) == sorted(
        (name, way.path) for name, body in nodes.items() for way in ways(body)
    )
    rows = {place.name: place.row for place in layout.places}
    for edge in layout.edges:
        if edge.place is not None:
            assert edge.place.row > rows[edge.source]
    taken: dict[int, list[tuple[float, float]]] = {}
    loose = {place.name for place in layout.places if place.loose}
    for place in layout.places:
        taken.setdefault(place.row, []).append((place.column, 1.0))
        assert 0.5 - 1e-9 <= place.column <= layout.columns - 0.5 + 1e-9
        assert place.row < layout.rows
    for edge in layout.edges:
        if edge.mark is not None and edge.source not in loose:
            taken.setdefault(edge.mark.row, []).append((edge.mark.column, THIN))
    for row in taken.values():
        row.sort()
        for (left, one), (right, other) in pairwise(row):
            assert right - left >= (one + other) / 2 - 1e-9
