"""The language as it is described to builders agrees with the one that is parsed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coterie.catalog.model import Item
from coterie.core.errors import Invalid
from coterie.segments.language.conditions_parse import OPERATORS as PARSED
from coterie.segments.language.parse import parse
from coterie.segments.language.schema import json_schema
from coterie.segments.language.vocabulary import NODES, OPERATORS, Operator, operators_for
from coterie.storage.database import Database
from segments.house import ZONE, SmallHouse

_GIVEN: dict[str, dict[str, Any]] = {
    "nothing": {},
    "value": {"value": "a"},
    "value or list": {"value": ["a", 1]},
    "number or text": {"value": 4},
    "pair": {"value": [1, 2]},
    "values": {"value": ["a"]},
    "text": {"value": "a"},
    "pattern": {"value": "^a"},
    "date": {"value": "2026-01-31"},
    "day": {"value": "last month"},
    "days": {"value": 7},
    "duration": {"duration": "30d"},
    "duration and value": {"duration": "30d", "value": "a"},
}


def test_every_operator_is_described_once() -> None:
    assert sorted(operator.op for operator in OPERATORS) == sorted(PARSED)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.op)
def test_an_operator_takes_what_it_is_said_to_take(operator: Operator) -> None:
    test = {"op": operator.op, **_GIVEN[operator.takes]}
    parse({"trait": "a", **test}, ZONE)
    if not operator.folds:
        with pytest.raises(Invalid, match="folded"):
            parse({"trait": "a", **test, "fold": True}, ZONE)
    in_event = {"did": "X", "where": [{"property": "a", **test}]}
    if operator.traits_only:
        with pytest.raises(Invalid, match="an event never changes"):
            parse(in_event, ZONE)
    else:
        parse(in_event, ZONE)


def test_nodes_and_their_parameters_are_those_of_the_schema() -> None:
    written: dict[str, set[str]] = {}

    def collect(node: dict[str, Any]) -> None:
        for one in node.get("anyOf", []):
            collect(one)
        if "properties" in node:
            kind = next(key for key in node["properties"] if key in {n.key for n in NODES})
            written.setdefault(kind, set()).update(node["properties"])

    defined = json_schema()["$defs"]
    for node in defined["rule"]["oneOf"]:
        collect(node)
    nested = {key: set[str]() for key in ("bucket", "top", "bottom", "near", "consents")}
    for node in defined["rule"]["oneOf"]:
        for key in nested.keys() & node.get("properties", {}).keys():
            inner = node["properties"][key]
            inner = defined[inner["$ref"].rpartition("/")[2]] if "$ref" in inner else inner
            nested[key] |= {k for form in inner.get("anyOf", [inner]) for k in form["properties"]}
    written.update(nested)
    described = {node.key: {p.key for p in node.parameters} | {node.key} for node in NODES}
    for kind in nested:
        described[kind].remove(kind)
    for kind in ("did", "share", "last", "then", "then_not", "trend"):
        written[kind].discard("same_key")
    assert described == written


def test_dates_are_asked_with_dates() -> None:
    ops = [operator.op for operator in operators_for("date", of_trait=True)]
    assert "within_last" in ops
    assert "unchanged_for" in ops
    assert "starts_with" not in ops


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[SmallHouse]:
    made = SmallHouse(database, tmp_path, 1_767_225_600_000)
    yield made
    made.log.close()


def test_the_vocabulary_has_names_and_never_a_value(house: SmallHouse) -> None:
    house.do(lambda work: house.catalog.define_items(work, [Item("b", topics=("wine/italy",))]))
    house.receive([
        house.identify("ada", email="ada@example.com", city="Turin", plan={"ends": "2026-02-01"}),
        house.track("ada", "Article Read", item="b", minutes=3),
        house.tag(1, "vip"),
    ])  # fmt: skip
    house.do(lambda work: house.profiles.fade(work, [(1, "scores.activity", 1.0)], 1_000))
    house.define("all", {"everyone": True})
    words = house.do(house.segments.vocabulary)
    assert list(words.events.items()) == [
        ("Article Read", 1), ("coterie.identified", 1), ("coterie.tagged", 1),
    ]  # fmt: skip
    assert (words.traits, words.scores, words.tags) == (
        ("city", "email", "plan"), ("scores.activity",), ("vip",),
    )  # fmt: skip
    assert [topic.path for topic in words.topics] == ["wine", "wine/italy"]
    assert [one.slug for one in words.segments] == ["all"]
    assert "email" in words.sealed
    assert "example.com" not in repr(words)
    assert "Turin" not in repr(words)
    asked = house.do(lambda work: house.segments.properties(work, "Article Read"))
    assert asked == ("item", "minutes")
    assert house.do(lambda work: house.segments.properties(work, "Never")) == ()
