"""What passing time can change: the edges of each kind of node."""

from typing import Any

import pytest

from coterie.core.clock import DAY
from coterie.segments.language.calendar import (
    Edge,
    EventEdge,
    EventMidnight,
    FadeEdge,
    PropertyEdge,
    SinceEdge,
    TagEdge,
    TraitEdge,
    TraitMidnight,
    edges,
    reach,
)
from coterie.segments.language.parse import parse
from segments.strategies import ZONE

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
