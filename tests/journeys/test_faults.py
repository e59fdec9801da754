"""All faults at once: the list is empty exactly when the parser takes the definition."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Invalid
from coterie.journeys.faults import find
from coterie.journeys.parse import parse
from coterie.segments.language.parse import parse as parse_rule
from coterie.segments.model import Rule
from journeys.town import ZONE, say, wait

ODD = st.sampled_from([None, 3, "soon", [], {}, ["x"], "end", "ghost"])
NAMES = st.sampled_from(["a", "b", "end", "ghost"])
NODES = st.one_of(
    st.builds(say, NAMES),
    st.builds(wait, st.sampled_from(["1d", "soon"]), NAMES),
    st.builds(lambda yes: {"do": "split", "if": {"did": "*"}, "yes": yes, "no": "end"}, NAMES),
    st.builds(lambda shares: {"do": "random", "branches": shares},
              st.lists(st.tuples(NAMES, st.sampled_from([50, 100])), max_size=2)),
    ODD,
)  # fmt: skip
DEFINITIONS = st.fixed_dictionaries(
    {
        "entry": st.one_of(st.just({"event": "Ordered"}), ODD),
        "start": st.one_of(NAMES, ODD),
        "nodes": st.one_of(st.dictionaries(st.sampled_from(["a", "b"]), NODES), ODD),
    },
    optional={"reentry": st.sampled_from(["never", "sometimes", "while_in_segment"]),
              "holdout": ODD, "exit_when": ODD, "strange": ODD},
)  # fmt: skip


def read(rule: object) -> Rule:
    return parse_rule(rule, ZONE)


@given(DEFINITIONS)
def test_there_are_faults_exactly_when_the_parser_refuses(definition: dict[str, Any]) -> None:
    journey, faults = find("j", definition, read)
    try:
        parsed = parse("j", definition, read)
    except Invalid:
        assert journey is None
        paths = [fault.path for fault in faults]
        assert paths
        assert len(set(paths)) == len(paths), "nothing is told twice"
    else:
        assert (journey, faults) == (parsed, [])


def test_every_faulty_part_is_named_at_once() -> None:
    nodes = {"a": {"do": "wait", "for": "soon", "then": "b"}, "b": {"do": "dance"}}
    _, faults = find("j", {"entry": {"event": "A"}, "start": "a", "holdout": 200,
                           "nodes": nodes}, read)  # fmt: skip
    assert [fault.path for fault in faults] == ["holdout", "nodes.a.for", "nodes.b.do"]
    assert find("j", "a: [", read)[0] is None
