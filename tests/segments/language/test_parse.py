"""The parser: every node read, every fault refused at its place with a cure."""

from typing import Any

import pytest
from hypothesis import given, settings

from coterie.core.clock import DAY, format_time
from coterie.core.errors import Invalid
from coterie.segments.language.parse import (
    check_identifying,
    matchings,
    parse,
    segments_of,
    topics_of,
    trait_roots,
    walk,
)
from coterie.segments.model import (
    All,
    Any_,
    Bounds,
    Bucket,
    Condition,
    Did,
    Everyone,
    InSegment,
    Last,
    Matching,
    Not,
    Rule,
    Share,
    Tag,
    Then,
    Top,
    Trait,
    Trend,
    Window,
)
from coterie.segments.words.render import to_json
from segments.strategies import NOW, ZONE, rules

ONCE = Bounds(((">=", 1),))
SHANGHAI_NEW_YEAR = NOW - DAY // 3
READ: list[tuple[Any, Rule]] = [
    ({"everyone": True}, Everyone()),
    ({"tag": "品酒"}, Tag("品酒")),
    ({"in_segment": "loyal"}, InSegment("loyal")),
    ({"bucket": {"salt": "x", "from": 0, "to": 1000}}, Bucket("x", 0, 1000)),
    ({"not": {"tag": "vip"}}, Not(Tag("vip"))),
    ({"all": [{"tag": "a"}, {"any": [{"tag": "b"}]}]}, All((Tag("a"), Any_((Tag("b"),))))),
    ({"trait": "city", "op": "=", "value": "x"}, Trait(Condition("city", "=", "x"))),
    ({"trait": "a.b", "op": "in", "value": ["x", 1, True], "fold": True},
     Trait(Condition("a.b", "in", ("x", 1, True), fold=True))),
    ({"trait": "ends", "op": "within_next", "duration": "7d"},
     Trait(Condition("ends", "within_next", duration=7 * DAY))),
    ({"trait": "ends", "op": "before", "value": "2026-01-01"},
     Trait(Condition("ends", "before", SHANGHAI_NEW_YEAR))),
    ({"trait": "ends", "op": "after", "value": "last week"},
     Trait(Condition("ends", "after", "last week"))),
    ({"trait": "s", "op": "unchanged_for", "duration": "1d", "value": "on"},
     Trait(Condition("s", "unchanged_for", "on", DAY))),
    ({"did": "Read"}, Did(Matching("Read"), "count", None, ONCE)),
    ({"did": "Read", "count": {"between": [2, 4], "!=": 3}, "topic": "wine/italy", "within": "2w"},
     Did(Matching("Read", topic="wine/italy", window=Window(within=14 * DAY)), "count", None,
         Bounds(((">=", 2), ("<=", 4), ("!=", 3))))),
    ({"did": "Buy", "sum": "total", "is": {">": 1.5},
      "where": [{"property": "shop", "op": "exists"}]},
     Did(Matching("Buy", where=(Condition("shop", "exists"),)), "sum", "total",
         Bounds(((">", 1.5),)))),
    ({"did": "*", "distinct": "@week", "is": {">=": 3}},
     Did(Matching("*"), "distinct", "@week", Bounds(((">=", 3),)))),
    ({"share": "Buy", "is": {"<": 0.5}, "between": ["2026-01-01", "2026-01-02"]},
     Share(Matching("Buy", window=Window(start=SHANGHAI_NEW_YEAR, end=SHANGHAI_NEW_YEAR + DAY)),
           Bounds((("<", 0.5),)))),
    ({"did": "Buy", "since": "entry", "same_key": True, "before": "2026-01-01"},
     Did(Matching("Buy", window=Window(end=SHANGHAI_NEW_YEAR, since="entry"), same_key=True),
         "count", None, ONCE)),
    ({"last": "Plan", "within": "7d", "has": [{"property": "of", "op": "exists"}]},
     Last(Matching("Plan", window=Window(within=7 * DAY)), (Condition("of", "exists"),))),
    ({"did": "Cart", "then": "Buy"}, Then(Matching("Cart"), Matching("Buy"), None)),
    ({"did": "Cart", "then": "Buy", "within": "7d", "after": "1d", "during": "90d",
      "where": [{"property": "a", "op": "exists"}], "topic": "wine", "same_key": True,
      "then_where": [{"property": "b", "op": "exists"}], "then_topic": "cheese"},
     Then(Matching("Cart", (Condition("a", "exists"),), "wine", Window(within=90 * DAY), True),
          Matching("Buy", (Condition("b", "exists"),), "cheese", same_key=True), 7 * DAY, DAY)),
    ({"did": "Cart", "then_not": "Buy", "within": "7d", "since": "2026-01-01T00:00:00Z"},
     Then(Matching("Cart", window=Window(start=NOW)), Matching("Buy"), 7 * DAY, absent=True)),
    ({"did": "Cart", "then_not": "Buy", "within": "7d", "during": "7d", "after": "0d"},
     Then(Matching("Cart", window=Window(within=7 * DAY)), Matching("Buy"), 7 * DAY, absent=True)),
    ({"trend": "Buy", "window": "90d", "is": {"<=": 0.5}, "at_least_before": 10},
     Trend(Matching("Buy"), 90 * DAY, Bounds((("<=", 0.5),)), 10)),
    ({"trend": "Buy", "topic": "wine", "window": "1d", "is": {">": 1}},
     Trend(Matching("Buy", topic="wine"), DAY, Bounds(((">", 1),)))),
    ({"top": {"trait": "a.b", "percent": 10}}, Top("a.b", 1_000)),
    ({"bottom": {"trait": "spend", "count": 5}}, Top("spend", None, 5, bottom=True)),
    ({"top": {"did": "Buy", "percent": 0.01}},
     Top(Did(Matching("Buy"), "count", None, Bounds(())), 1)),
    ({"top": {"did": "Buy", "sum": "total", "within": "90d", "percent": 12.5}},
     Top(Did(Matching("Buy", window=Window(within=90 * DAY)), "sum", "total", Bounds(())), 1_250)),
    ({"did": "Buy", "since": "2026-01-01T00:00:00Z"},
     Did(Matching("Buy", window=Window(start=NOW)), "count", None, ONCE)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "tree"), READ, ids=lambda value: str(value)[:60])
def test_every_node_is_read(rule: Any, tree: Rule) -> None:
    assert parse(rule, ZONE) == tree


REFUSED: list[tuple[Any, str, str]] = [
    ({}, "", "an empty tree is refused"),
    ([], "", "a rule is an object"),
    (None, "", "a rule is an object"),
    ({"all": []}, "all", "an empty tree"),
    ({"any": [{"tag": "a"}, {}]}, "any[1]", "an empty tree"),
    ({"not": {}}, "not", "an empty tree"),
    ({"everyone": False}, "everyone", "everyone is true"),
    ({"everyone": 1}, "everyone", "everyone is true"),
    ({"everyone": True, "tag": "x"}, "", "a node asks one thing"),
    ({"within": "30d", "dld": "Read"}, "dld", "did you mean 'did'"),
    ({"al": []}, "al", "did you mean 'all'"),
    ({"tag": ""}, "tag", "must be text"),
    ({"tag": "a\x00"}, "tag", "NUL"),
    ({"tag": "\ud800"}, "tag", "surrogate"),
    ({"in_segment": "Not A Slug"}, "in_segment", "is not a name"),
    ({"all": [{"tag": "a"}, {"did": "Read", "within": "30 days"}]}, "all[1].did.within",
     "is not a duration"),
    ({"did": "Read", "within": "9" * 5000 + "d"}, "did.within", "is not a duration"),
    ({"did": "Read", "within": "99999d"}, "did.within", "more than a hundred years"),
    ({"did": "Read", "withn": "30d"}, "did.withn", "did you mean 'within'"),
    ({"did": 5}, "did", "must be text"),
    ({"did": "Read", "within": "1d", "since": "2026-01-01"}, "did.since", "does not combine"),
    ({"did": "Read", "between": ["2026-01-01", "2026-01-02"], "before": "2026-01-01"},
     "did.before", "does not combine"),
    ({"did": "Read", "between": ["2026-01-02", "2026-01-01"]}, "did.between", "ends before"),
    ({"did": "Read", "between": ["2026-01-02"]}, "did.between", "pair of times"),
    ({"did": "Read", "since": "2026-01-02", "before": "2026-01-02"}, "did.before", "ends before"),
    ({"did": "Read", "since": "yesterday"}, "did.since", "ISO 8601"),
    ({"did": "Read", "since": None}, "did.since", "ISO 8601"),
    ({"did": "Read", "topic": "a//b"}, "did.topic", "is not a topic"),
    ({"did": "Read", "same_key": 1}, "did.same_key", "true or false"),
    ({"did": "Read", "count": {}}, "did.count", "is no comparison"),
    ({"did": "Read", "count": 5}, "did.count", "is no comparison"),
    ({"did": "Read", "count": {">=": True}}, "did.count.>=", "not a number"),
    ({"did": "Read", "count": {">=": "5"}}, "did.count.>=", "not a number"),
    ({"did": "Read", "count": {">=": float("nan")}}, "did.count.>=", "finite"),
    ({"did": "Read", "count": {">=": 2**63}}, "did.count.>=", "too large"),
    ({"did": "Read", "count": {"=>": 5}}, "did.count.=>", "did you mean"),
    ({"did": "Read", "count": {"between": [1]}}, "did.count.between", "pair"),
    ({"did": "Read", "is": {">": 1}}, "did.is", 'write "count"'),
    ({"did": "Read", "sum": "total"}, "did", 'sum needs "is"'),
    ({"did": "Read", "sum": "a", "avg": "b", "is": {">": 1}}, "did.avg", "measures one thing"),
    ({"did": "Read", "sum": "@day", "is": {">": 1}}, "did.sum", "distinct only"),
    ({"did": "Read", "distinct": "@dya", "is": {">": 1}}, "did.distinct", "did you mean '@day'"),
    ({"share": "Read", "within": "1d"}, "share", 'share needs "is"'),
    ({"share": "Read", "is": {">": 1}, "count": {">": 1}}, "share.count", "unknown key"),
    ({"did": "Read", "where": {}}, "did.where", "where is a list"),
    ({"did": "Read", "where": ["x"]}, "did.where[0]", "a test is an object"),
    ({"did": "Read", "where": [{"op": "exists"}]}, "did.where[0]", "needs 'property'"),
    ({"did": "Read", "where": [{"property": "x", "op": "exist"}]}, "did.where[0].op",
     "did you mean 'exists'"),
    ({"did": "Read", "where": [{"property": "x", "op": "unchanged_for", "duration": "1d"}]},
     "did.where[0].op", "an event never changes"),
    ({"not": {"trait": "x", "op": "=", "value": None}}, "not.trait.value", "null is no value"),
    ({"trait": "x", "value": 1}, "trait", 'needs "op"'),
    ({"trait": "x", "op": "="}, "trait", 'needs a "value"'),
    ({"trait": "x", "op": "="  , "value": {}}, "trait.value", "is not text"),
    ({"trait": "x", "op": "exists", "value": 1}, "trait.value", "takes no value"),
    ({"trait": "x", "op": "in", "value": []}, "trait.value", "at least one"),
    ({"trait": "x", "op": "in", "value": ["a", ["b"]]}, "trait.value[1]", "is not text"),
    ({"trait": "x", "op": "between", "value": [1]}, "trait.value", "pair"),
    ({"trait": "x", "op": ">", "value": True}, "trait.value", "no order"),
    ({"trait": "x", "op": "starts_with", "value": 1}, "trait.value", "is not text"),
    ({"trait": "x", "op": "matches", "value": "(a"}, "trait.value", "RE2 pattern"),
    ({"trait": "x", "op": "matches", "value": "(a)\\1"}, "trait.value", "RE2 pattern"),
    ({"trait": "x", "op": "on_day", "value": "2026-02-30"}, "trait.value", "neither a date"),
    ({"trait": "x", "op": "on_day", "value": "this day"}, "trait.value", "neither a date"),
    ({"trait": "x", "op": "on_day", "value": "+9999 years"}, "trait.value", "neither a date"),
    ({"trait": "x", "op": "anniversary", "value": 1.5}, "trait.value", "whole number of days"),
    ({"trait": "x", "op": "before", "value": "noon"}, "trait.value", "ISO 8601"),
    ({"trait": "x", "op": "within_last"}, "trait", 'needs a "duration"'),
    ({"trait": "x", "op": "=", "value": 1, "duration": "1d"}, "trait.duration", "no duration"),
    ({"trait": "x", "op": "exists", "fold": True}, "trait.fold", "nothing can be folded"),
    ({"trait": "x", "op": "=", "value": "a", "fold": "yes"}, "trait.fold", "true or false"),
    ({"bucket": {"salt": "x", "from": 5, "to": 4}}, "bucket.to", "ends before"),
    ({"bucket": {"salt": "x", "from": 0, "to": 10001}}, "bucket.to", "whole number"),
    ({"bucket": {"salt": "x", "from": 0}}, "bucket", "needs 'to'"),
    ({"last": "Plan"}, "last", 'last needs "has"'),
    ({"last": "Plan", "has": []}, "last.has", "has is empty"),
    ({"last": "Plan", "has": {}}, "last.has", "has is a list"),
    ({"last": "Plan", "has": [{"property": "x", "op": "exist"}]}, "last.has[0].op", "did you mean"),
    ({"last": "Plan", "has": [{"property": "x", "op": "exists"}], "count": {">": 1}}, "last.count",
     "unknown key"),
    ({"last": 5, "has": [{"property": "x", "op": "exists"}]}, "last", "must be text"),
    ({"then": "B", "within": "7d"}, "then", "second half of a pair"),
    ({"all": [{"then_not": "B"}]}, "all[0].then_not", "second half of a pair"),
    ({"did": "A", "then": 5}, "did.then", "must be text"),
    ({"did": "A", "then": "B", "then_not": "C", "within": "7d"}, "did.then_not", "not both"),
    ({"did": "A", "then": "B", "count": {">": 1}}, "did.count", "has no 'count'"),
    ({"did": "A", "then": "B", "sum": "x", "is": {">": 1}}, "did.sum", "has no 'sum'"),
    ({"did": "A", "then": "B", "then_wher": []}, "did.then_wher", "did you mean 'then_where'"),
    ({"did": "A", "then": "B", "then_where": "x"}, "did.then_where", "then_where is a list"),
    ({"did": "A", "then": "B", "then_where": [{"op": "exists"}]}, "did.then_where[0]", "needs"),
    ({"did": "A", "then": "B", "then_topic": "a//b"}, "did.then_topic", "is not a topic"),
    ({"did": "A", "then_not": "B"}, "did", 'then_not needs "within"'),
    ({"did": "A", "then_not": "B", "within": "0d"}, "did.within", "no time at all"),
    ({"did": "A", "then": "B", "within": "1d", "after": "1d"}, "did.after", "ends before"),
    ({"did": "A", "then": "B", "within": 7}, "did.within", "is not a duration"),
    ({"did": "A", "then": "B", "after": "soon"}, "did.after", "is not a duration"),
    ({"did": "A", "then": "B", "during": "soon"}, "did.during", "is not a duration"),
    ({"did": "A", "then": "B", "during": "9d", "since": "2026-01-01"}, "did.since",
     "does not combine"),
    ({"did": "A", "then_not": "B", "within": "7d", "during": "6d"}, "did.during",
     "the first leaves the window"),
    ({"did": "A", "after": "1d"}, "did.after", "belongs to a pair"),
    ({"did": "A", "then_topic": "wine"}, "did.then_topic", "belongs to a pair"),
    ({"trend": "A", "is": {"<=": 1}}, "trend", 'needs "window"'),
    ({"trend": "A", "window": "90d"}, "trend", 'needs "is"'),
    ({"trend": "A", "window": "0d", "is": {"<=": 1}}, "trend.window", "no time at all"),
    ({"trend": "A", "within": "9d", "is": {"<=": 1}}, "trend.within", "unknown key"),
    ({"trend": "A", "window": "9d", "is": {"<=": 1}, "at_least_before": 0},
     "trend.at_least_before", "whole number of events"),
    ({"trend": "A", "window": "9d", "is": {"<=": 1}, "at_least_before": True},
     "trend.at_least_before", "whole number of events"),
    ({"top": {}}, "top", "an object with a trait, or with did"),
    ({"top": "spend"}, "top", "an object with a trait, or with did"),
    ({"top": {"trait": "a", "did": "A", "percent": 1}}, "top", "with a trait, or with did"),
    ({"top": {"trait": "a", "percent": 1}, "within": "7d"}, "top.within", "unknown key"),
    ({"top": {"trait": "", "percent": 1}}, "top.trait", "must be text"),
    ({"top": {"trait": "a"}}, "top", "takes percent or count, and has neither"),
    ({"bottom": {"trait": "a", "percent": 1, "count": 1}}, "bottom.count", "not both"),
    ({"top": {"trait": "a", "percent": 0}}, "top.percent", "more than 0"),
    ({"top": {"trait": "a", "percent": 100.5}}, "top.percent", "at most 100"),
    ({"top": {"trait": "a", "percent": 0.001}}, "top.percent", "finer than a hundredth"),
    ({"top": {"trait": "a", "percent": "10"}}, "top.percent", "is not a number"),
    ({"top": {"trait": "a", "count": 0}}, "top.count", "whole number of people"),
    ({"top": {"trait": "a", "count": {">=": 5}}}, "top.count", "whole number of people"),
    ({"top": {"trait": "a", "percent": 1, "where": []}}, "top.where", "is about events"),
    ({"top": {"trait": "a", "percent": 1, "op": "="}}, "top.op", "unknown key"),
    ({"top": {"did": "A", "percent": 1, "is": {">": 1}}}, "top.is", "a rank has no bounds"),
    ({"top": {"did": "A", "percent": 1, "sum": "a", "avg": "b"}}, "top.avg", "measures one thing"),
    ({"top": {"did": "A", "percent": 1, "same_key": True}}, "top.same_key", "compares everybody"),
    ({"top": {"did": "A", "percent": 1, "since": "entry"}}, "top.since", "compares everybody"),
    ({"top": {"did": "A", "percent": 1, "withn": "7d"}}, "top.withn", "did you mean 'within'"),
    ({1: 2}, "", "keys are text"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "path", "message"), REFUSED, ids=lambda value: str(value)[:60])
def test_a_fault_is_refused_at_its_place(rule: Any, path: str, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(rule, ZONE)
    assert refusal.value.path == path
    assert message in str(refusal.value)
    assert refusal.value.hint, "a refusal says what to do instead"


def nested(depth: int) -> dict[str, Any]:
    rule: dict[str, Any] = {"tag": "x"}
    for _ in range(depth - 1):
        rule = {"not": rule}
    return rule


def test_depth_and_size_are_bounded() -> None:
    parse(nested(64), ZONE)
    with pytest.raises(Invalid, match="64 levels"):
        parse(nested(65), ZONE)
    parse({"all": [{"tag": "x"}] * 999}, ZONE)
    with pytest.raises(Invalid, match="1000 nodes"):
        parse({"all": [{"tag": "x"}] * 1000}, ZONE)
    test = {"property": "x", "op": "exists"}
    with pytest.raises(Invalid, match="1000 nodes"):
        parse({"did": "Read", "where": [test] * 1000}, ZONE)


@pytest.mark.parametrize("more", [{"since": "entry"}, {"since": "node"}, {"same_key": True}])
def test_what_a_run_supplies_is_refused_outside_a_journey(more: dict[str, Any]) -> None:
    parse({"did": "Read", **more}, ZONE)
    with pytest.raises(Invalid, match="this is no journey") as refusal:
        parse({"did": "Read", **more}, ZONE, in_journey=False)
    assert refusal.value.path == f"did.{next(iter(more))}"


def test_a_tree_tells_what_it_looks_at() -> None:
    rule = parse(
        {"all": [
            {"trait": "a.b.c", "op": "exists"},
            {"not": {"in_segment": "loyal"}},
            {"any": [{"did": "Read", "topic": "wine"}, {"share": "Buy", "is": {">": 0.5}}]},
            {"did": "Cart", "then": "Order", "then_topic": "cheese"},
            {"top": {"trait": "spend.year", "count": 5}},
            {"top": {"did": "Visit", "count": 5}},
        ]},
        ZONE,
    )  # fmt: skip
    assert trait_roots(rule) == {"a", "a.b", "a.b.c", "spend", "spend.year"}
    assert segments_of(rule) == {"loyal"}
    assert topics_of(rule) == {"wine", "cheese"}
    looked_at = [matching.name for matching in matchings(rule)]
    assert looked_at == ["Read", "Buy", "Cart", "Order", "Visit"]
    assert [type(node).__name__ for node in walk(rule)] == [
        "All", "Trait", "Not", "InSegment", "Any_", "Did", "Share", "Then", "Top", "Top",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("test", "allowed"),
    [
        ({"op": "=", "value": "a@b.c"}, True),
        ({"op": "in", "value": ["a@b.c"]}, True),
        ({"op": "exists"}, True),
        ({"op": "missing"}, True),
        ({"op": "!=", "value": "a@b.c"}, False),
        ({"op": "contains", "value": "@b"}, False),
        ({"op": "=", "value": "A@b.c", "fold": True}, False),
        ({"op": "=", "value": ["a@b.c"]}, False),
        ({"op": "unchanged_for", "duration": "1d"}, False),
    ],
)
def test_a_sealed_trait_is_asked_only_what_it_can_answer(
    test: dict[str, Any], allowed: bool
) -> None:
    rule = parse({"not": {"trait": "email", **test}}, ZONE)
    check_identifying(rule, frozenset({"phone"}))
    if allowed:
        check_identifying(rule, frozenset({"email"}))
    else:
        with pytest.raises(Invalid, match="sealed"):
            check_identifying(rule, frozenset({"email"}))


def test_nobody_is_ranked_by_a_sealed_trait() -> None:
    check_identifying(parse({"top": {"trait": "spend", "count": 5}}, ZONE), frozenset({"email"}))
    for path in ("email", "email.domain"):
        with pytest.raises(Invalid, match="sealed"):
            check_identifying(
                parse({"top": {"trait": path, "count": 5}}, ZONE), frozenset({"email"})
            )


def test_nothing_is_asked_of_the_inside_of_a_sealed_trait() -> None:
    rule = parse({"trait": "address.city", "op": "=", "value": "Shanghai"}, ZONE)
    with pytest.raises(Invalid, match="as a whole"):
        check_identifying(rule, frozenset({"address"}))


@given(rules(segments=("loyal",)))
@settings(max_examples=150)
def test_a_tree_written_and_read_again_is_the_same(rule: dict[str, Any]) -> None:
    tree = parse(rule, ZONE)
    assert parse(to_json(tree), ZONE) == tree


def test_a_written_window_keeps_its_edges() -> None:
    rule = {"did": "Read", "count": {">=": 1, "between": [0, 5]}, "before": format_time(NOW + 1)}
    assert to_json(parse(rule, ZONE)) == rule
