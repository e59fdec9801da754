"""Law 1: two readers agree. Law 6: a wrong reader is found out.

Law 2, incremental equals full, is in ``test_service``: it needs the real log and profiles.
"""

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY
from coterie.events.model import Logged
from coterie.profiles.model import Known
from coterie.segments.everyone import compile as compiler
from coterie.segments.everyone import compile_sequences
from coterie.segments.everyone.compile import population_sql
from coterie.segments.language.parse import parse
from coterie.segments.model import Person, Rule
from coterie.segments.person import evaluate, sequences
from coterie.segments.person.evaluate import matches
from segments.lakes import Lake
from segments.ranks import ranked
from segments.strategies import ITEMS_OF, NOW, ZONE, blind, crowds, parsed_rules, world


@pytest.fixture(scope="module")
def lake() -> Iterator[Lake]:
    opened = Lake(ZONE)
    yield opened
    opened.connection.close()


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(crowds(6), st.lists(parsed_rules(max_leaves=4), min_size=6, max_size=10))
def test_the_two_readers_agree_on_everyone(
    lake: Lake, people: list[Person], rules: list[Rule]
) -> None:
    here = ranked(world(), people)
    lake.fill(people, here)
    for rule in rules:
        expected = {p.known.profile for p in people if matches(rule, p, here)}
        assert lake.population(rule, here) == expected, population_sql(rule, here)
        assert lake.population(rule, here, among=[2, 5, 99]) == expected & {2, 5}


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(crowds(4), st.lists(parsed_rules(segments=("first",)), min_size=4, max_size=6))
def test_the_two_readers_agree_on_segments_within_segments(
    lake: Lake, people: list[Person], rules: list[Rule]
) -> None:
    looked_into = ranked(
        world(rules={"first": parse({"did": "Article*", "within": "7d"}, ZONE)}), people
    )
    lake.fill(people, looked_into)
    for rule in rules:
        expected = {p.known.profile for p in people if matches(rule, p, looked_into)}
        assert lake.population(rule, looked_into) == expected


# Law 6: a corpus on which every mutant of the reader must differ from the reader of everyone


def _event(seq: int, time: int, name: str = "Order Completed", **properties: object) -> Logged:
    return Logged(
        seq=seq, time=time, received=NOW, profile=1, name=name, type="track", source="test",
        items=("barolo",), properties=properties,
    )  # fmt: skip


def _corpus() -> list[Person]:
    """People on every edge: each has one thing that one mutant gets wrong."""
    histories = [
        [_event(1, NOW - 7 * DAY, total=5)],
        [_event(2, NOW - 7 * DAY - 1, total=5)],
        [_event(3, NOW, total="5")],
        [_event(4, NOW + 1, total=5)],
        [_event(5, NOW - DAY, "coterie.tagged", total=5)],
        [_event(6, NOW - DAY, "Article Read", total=5), _event(7, NOW - 2 * DAY, total=7)],
        [_event(8, NOW - 7 * DAY + 1, total=0.1), _event(9, NOW - DAY, total=0.2)],
        [_event(10, NOW - DAY, total=None, **{"a.b": "", "a": {"b": "red"}})],
        [_event(11, NOW - 10 * DAY, "First"), _event(12, NOW - 10 * DAY, "Second")],
        [_event(13, NOW - 10 * DAY, "First"), _event(14, NOW - 3 * DAY, "Second")],
        [_event(15, NOW - 10 * DAY, "First"), _event(16, NOW - 3 * DAY - 1, "Second")],
        [_event(17, NOW - 7 * DAY, "First")],
        [_event(24, NOW - DAY, "First")],
        [_event(18, NOW - 9 * DAY, "First"), _event(19, NOW - 8 * DAY, "Second")],
        [_event(20, NOW - 2 * DAY, "Plan", of="basic"), _event(21, NOW - DAY, "Plan", of="pro")],
        [_event(22, NOW - 14 * DAY, "Visit"), _event(23, NOW - 7 * DAY, "Visit")],
        [],
    ]
    return [
        Person(
            Known(
                profile=number,
                bucket_key=f"user_id:u{number}",
                traits={"city": "Red" if number % 2 else "red", "total": number},
                since={"city": NOW - 7 * DAY + number - 3, "total": NOW},
                digests={"email": blind("email", "ada@example.com")} if number == 3 else {},
                tags=frozenset({"vip"} if number < 4 else ()),
            ),
            [msgspec.structs.replace(event, profile=number) for event in events],
        )
        for number, events in enumerate(histories, 1)
    ]


RULES: list[dict[str, Any]] = [
    {"did": "Order Completed", "within": "7d"},
    {"did": "*"},
    {"did": "Order Completed", "count": {"<": 1}},
    {"did": "Order Completed", "count": {"between": [1, 1]}},
    {"did": "Order Completed", "before": "2025-12-25T00:00:00Z"},
    {"did": "Order Completed", "since": "2025-12-25T00:00:00Z"},
    {"did": "Order Completed", "topic": "wine/italy"},
    {"did": "Order Completed", "topic": "cheese"},
    {"did": "Order Completed", "sum": "total", "is": {"=": 0.3}},
    {"did": "Order Completed", "avg": "total", "is": {"<=": 5}},
    {"share": "*", "topic": "cheese", "is": {"=": 0}},
    {"share": "*", "where": [{"property": "total", "op": "=", "value": 5}], "is": {"=": 0.5}},
    {"did": "*", "where": [{"property": "a.b", "op": "exists"}]},
    {
        "did": "Order Completed",
        "where": [
            {"property": "total", "op": ">", "value": 1},
            {"property": "total", "op": "<", "value": 6},
        ],
    },
    {"all": [{"tag": "vip"}, {"trait": "city", "op": "=", "value": "Red"}]},
    {"trait": "city", "op": "=", "value": "red", "fold": True},
    {"trait": "city", "op": "unchanged_for", "duration": "7d"},
    {"trait": "email", "op": "=", "value": "ada@example.com"},
    {"not": {"tag": "vip"}},
    {"any": [{"tag": "vip"}, {"trait": "total", "op": ">", "value": 8}]},
    {"bucket": {"salt": "s", "from": 0, "to": 5000}},
    {"did": "First", "then": "Second", "within": "7d"},
    {"did": "First", "then": "Second", "after": "7d"},
    {"did": "First", "then_not": "Second", "within": "7d"},
    {"last": "Plan", "has": [{"property": "of", "op": "=", "value": "pro"}]},
    {"trend": "Visit", "window": "7d", "is": {"=": 1}},
    {"top": {"did": "Order Completed", "sum": "total", "count": 2}},
    {"bottom": {"trait": "total", "percent": 10}},
]

MUTANTS = {
    "a window that excludes its first moment": (
        "starts.append(world.now - window.within)",
        "starts.append(world.now - window.within + 1)",
    ),
    "a window that is a millisecond too long": (
        "starts.append(world.now - window.within)",
        "starts.append(world.now - window.within - 1)",
    ),
    "events of the future count": (
        "last = world.now if window.end is None",
        "last = world.now + DAY if window.end is None",
    ),
    "before includes its moment": ("min(world.now, window.end - 1)", "min(world.now, window.end)"),
    "a late event is dropped": ("named[first:last]", "named[first + (last - first > 1):last]"),
    "our own facts count as anything": (
        "(prefix.startswith(OWN) or not name.startswith(OWN))",
        "True",
    ),
    "an item's topic is ignored": (
        "if wanted.isdisjoint(event.items):",
        "if not event.items:",
    ),
    "a share of all, not of the topic": ("where=(), topic=None", "where=()"),
    "one test of where is enough": (
        "return all(holds(test,",
        "return any(holds(test,",
    ),
    "a sealed trait is missing": ("if path in person.known.digests:", "if False:"),
    "a bucket's end is within": (
        "rule.start <= _bucket_of(reader, rule) < rule.end",
        "rule.start < _bucket_of(reader, rule) <= rule.end + 5000",
    ),
    "all means any": (
        "All: lambda reader, rule: all(",
        "All: lambda reader, rule: any(",
    ),
}


MUTANTS_OF_ORDER = {
    "a pair may be of one moment": ("max(then.after, 1)", "then.after"),
    "a pair's second may come when its time is over": (
        "found.time >= first.time + then.within",
        "found.time > first.time + then.within",
    ),
    "a pair's second must come later than after": ("max(then.after, 1)", "then.after + 1"),
    "an absence is known a moment late": (
        "first.time + then.within <= now",
        "first.time + then.within < now",
    ),
    "an absence is known from the first": (
        "second is None and first.time + then.within <= now",
        "second is None",
    ),
    "the newest is the oldest": ("events[-1]", "events[0]"),
    "a trend's last window excludes its first moment": (
        "now - trend.window <= event.time <= now",
        "now - trend.window < event.time <= now",
    ),
    "a trend's earlier window excludes its first moment": (
        "now - 2 * trend.window <= event.time",
        "now - 2 * trend.window < event.time",
    ),
}
"""Of the file that knows the order of events."""

MUTANTS_OF_RANKS = {
    "a tie goes to the larger bucket key": ('"bucket_key", "profile"', '"bucket_key DESC"'),
    "a percent is rounded down": ("(place - 1) * 10000 <", "place * 10000 <="),
    "the bottom is the top": ('"ASC" if rule.bottom else "DESC"', '"DESC"'),
}
"""Of the query, which alone ranks."""


def _mutated(old: str, new: str, of: types.ModuleType = evaluate) -> types.ModuleType:
    """Compile a file of a reader anew with one change in its text."""
    source = Path(str(of.__file__)).read_text()
    assert source.count(old) == 1, f"the mutant's place is not there once: {old!r}"
    return _compiled(source.replace(old, new))


def _with(reader: types.ModuleType, part: types.ModuleType) -> types.ModuleType:
    """Compile a reader anew so that it uses another make of one of its parts."""
    made = _compiled(Path(str(reader.__file__)).read_text())
    made.__dict__.update({name: part.__dict__[name] for name in vars(made) if name in vars(part)})
    return made


def _compiled(source: str) -> types.ModuleType:
    module = types.ModuleType("mutant")
    module.__dict__["DAY"] = DAY
    exec(compile(source, "mutant.py", "exec"), module.__dict__)
    return module


def _differences(
    lake: Lake, reader: types.ModuleType = evaluate, everyone: types.ModuleType = compiler
) -> list[object]:
    """Return the rules of the corpus on which the two readers disagree."""
    people = _corpus()
    here = ranked(world(), people)
    lake.fill(people, here)
    found = []
    for rule in RULES:
        tree = parse(rule, ZONE)
        met = {p.known.profile for p in people if reader.matches(tree, p, here)}
        if met != lake.asked(everyone.population_sql(tree, here)):
            found.append(rule)
    return found


def test_the_corpus_finds_no_fault_in_the_reader_itself(lake: Lake) -> None:
    assert set(ITEMS_OF) >= {"wine/italy", "cheese"}
    assert _differences(lake) == []


@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_of_the_reader_breaks_law_1(lake: Lake, name: str) -> None:
    assert _differences(lake, _mutated(*MUTANTS[name])) != []


@pytest.mark.parametrize("name", MUTANTS_OF_ORDER)
def test_every_mutant_of_the_order_of_events_breaks_law_1(lake: Lake, name: str) -> None:
    mutant = _mutated(*MUTANTS_OF_ORDER[name], sequences)
    assert _differences(lake, _with(evaluate, mutant)) != []


@pytest.mark.parametrize("name", MUTANTS_OF_RANKS)
def test_every_mutant_of_the_ranks_breaks_law_1(lake: Lake, name: str) -> None:
    mutant = _mutated(*MUTANTS_OF_RANKS[name], compile_sequences)
    assert _differences(lake, everyone=_with(compiler, mutant)) != []
