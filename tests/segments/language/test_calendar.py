"""What passing time can change: the edges of each kind of node."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings

from coterie.core.clock import DAY, next_midnight, read_moment
from coterie.events.model import Logged
from coterie.segments.language.calendar import (
    Edge,
    EventEdge,
    EventMidnight,
    FadeEdge,
    PropertyEdge,
    RankEdge,
    SinceEdge,
    TagEdge,
    TraitEdge,
    TraitMidnight,
    edges,
    reach,
)
from coterie.segments.language.parse import parse
from coterie.segments.model import Person
from coterie.segments.person.evaluate import Reader, is_asked
from coterie.segments.person.horizon import changes
from coterie.segments.person.operators import look_up
from segments.strategies import ZONE, event_nodes, order_nodes, persons, world

WEEK = 7 * DAY


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"everyone": True}, []),
        ({"bucket": {"salt": "s", "from": 0, "to": 10}}, []),
        ({"tag": "vip"}, [TagEdge("vip")]),
        ({"did": "A"}, [EventEdge("A", 0)]),
        ({"did": "A", "within": "7d"}, [EventEdge("A", 0), EventEdge("A", WEEK + 1)]),
        ({"did": "A", "before": "2026-01-01"}, [EventEdge("A", 0)]),
        ({"share": "A*", "within": "7d", "is": {">": 0.5}},
         [EventEdge("A*", 0), EventEdge("A*", WEEK + 1)]),
        ({"last": "A", "within": "7d", "has": [
            {"property": "p", "op": "within_next", "duration": "7d"}]},
         [EventEdge("A", 0), EventEdge("A", WEEK + 1), PropertyEdge("A", "p", -WEEK),
          PropertyEdge("A", "p", 1)]),
        ({"did": "A", "then": "B", "within": "7d"}, [EventEdge("A", 0), EventEdge("B", 0)]),
        ({"did": "A", "then_not": "B", "within": "7d", "during": "14d", "then_where": [
            {"property": "p", "op": "on_day", "value": "today"}]},
         [EventEdge("A", 0), EventEdge("A", WEEK), EventEdge("A", 2 * WEEK + 1),
          EventEdge("B", 0), EventMidnight("B")]),
        ({"trend": "A", "window": "7d", "is": {"<": 1}},
         [EventEdge("A", 0), EventEdge("A", WEEK + 1), EventEdge("A", 2 * WEEK + 1)]),
        ({"top": {"trait": "spend", "percent": 10}}, [RankEdge()]),
        ({"bottom": {"did": "A", "within": "7d", "count": 5}},
         [RankEdge(), EventEdge("A", 0), EventEdge("A", WEEK + 1)]),
        ({"trait": "a", "op": "=", "value": 5}, []),
        ({"trait": "a", "op": "before", "value": "2026-01-01"}, []),
        ({"trait": "a", "op": "on_day", "value": "2026-01-01"}, []),
        ({"trait": "a", "op": "on_day", "value": "today"}, [TraitMidnight("a")]),
        ({"trait": "a", "op": "between", "value": ["last month", "tomorrow"]},
         [TraitMidnight("a")]),
        ({"trait": "a", "op": "anniversary", "value": 0}, [TraitMidnight("a")]),
        ({"trait": "a", "op": "within_last", "duration": "7d"},
         [TraitEdge("a", 0), TraitEdge("a", WEEK + 1)]),
        ({"trait": "a.b", "op": "within_next", "duration": "7d"},
         [TraitEdge("a.b", -WEEK), TraitEdge("a.b", 1)]),
        ({"trait": "a", "op": "unchanged_for", "duration": "7d"}, [SinceEdge("a", WEEK)]),
        ({"trait": "scores.activity", "op": ">", "value": 0.5},
         [FadeEdge("scores.activity", 0.5), FadeEdge("scores.activity", 0.500001)]),
        ({"trait": "scores.activity", "op": ">", "value": 0},
         [FadeEdge("scores.activity", 0.0), FadeEdge("scores.activity", 0.000001)]),
        ({"did": "A", "where": [{"property": "d", "op": "within_last", "duration": "7d"}]},
         [EventEdge("A", 0), PropertyEdge("A", "d", 0), PropertyEdge("A", "d", WEEK + 1)]),
        ({"did": "A", "where": [{"property": "d", "op": "<", "value": "this week"}]},
         [EventEdge("A", 0), EventMidnight("A")]),
    ],
)  # fmt: skip
def test_every_node_has_its_edges(rule: dict[str, Any], expected: list[Edge]) -> None:
    assert edges(parse(rule, ZONE), {}) == frozenset(expected)


def test_edges_follow_segments_within_segments_once_each() -> None:
    rules = {
        "b": parse({"any": [{"in_segment": "c"}, {"did": "B"}]}, ZONE),
        "c": parse({"not": {"did": "C"}}, ZONE),
    }
    rule = parse({"all": [{"in_segment": "b"}, {"in_segment": "c"}]}, ZONE)
    assert edges(rule, rules) == {EventEdge("B", 0), EventEdge("C", 0)}
    assert len(reach(rule, rules)) == 3


@given(order_nodes() | event_nodes(), persons())
@settings(max_examples=60)
def test_no_answer_about_events_turns_but_at_an_edge(rule: dict[str, Any], who: Person) -> None:
    tree = parse(rule, ZONE)
    passed = {
        moment
        for edge in edges(tree, {})
        for event in who.events
        for moment in _moments(edge, event)
    }
    midnights = any(isinstance(edge, EventMidnight) for edge in edges(tree, {}))
    for turn in islice(changes(tree, Reader(who, world())), 10):
        assert turn in passed or (midnights and turn == next_midnight(turn - 1, ZONE))


def _moments(edge: Edge, event: Logged) -> Iterator[int]:
    """Give the moments at which an edge of an event passes."""
    if isinstance(edge, EventEdge) and is_asked(event, edge.name):
        yield event.time + edge.shift
    if isinstance(edge, PropertyEdge) and is_asked(event, edge.name):
        moment = read_moment(look_up(event.properties, edge.path), ZONE)
        if moment is not None:
            yield moment + edge.shift
