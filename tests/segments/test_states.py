"""Taking part, agreeing, being near, standing on a list: laws 1, 4 and 6 for these nodes."""

import types
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.core.errors import Invalid
from coterie.profiles.consents.model import ConsentFact
from coterie.profiles.model import Known
from coterie.segments.everyone.compile import population_sql
from coterie.segments.language.parse import parse
from coterie.segments.lists.model import Standing
from coterie.segments.model import Near, Person, Rule
from coterie.segments.person import evaluate, state
from coterie.segments.person.evaluate import Reader, matches
from coterie.segments.person.horizon import changes
from coterie.segments.person.why import why
from coterie.segments.words.explain import explain
from coterie.segments.words.render import to_json
from segments.lakes import Lake
from segments.states import BUND, lists, north, speaking, state_nodes
from segments.strategies import NOW, ZONE, crowds, persons, world


@pytest.fixture(scope="module")
def lake() -> Iterator[Lake]:
    opened = Lake(ZONE)
    yield opened
    opened.connection.close()


def _states() -> st.SearchStrategy[Rule]:
    return state_nodes().map(lambda rule: parse(rule, ZONE))


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(crowds(6), st.lists(_states(), min_size=4, max_size=8))
def test_the_two_readers_agree_on_how_people_stand(
    lake: Lake, people: list[Person], rules: list[Rule]
) -> None:
    lake.fill(people, world())
    for rule in rules:
        expected = {p.known.profile for p in people if matches(rule, p, world())}
        assert lake.population(rule, world()) == expected, population_sql(rule, world())


@settings(max_examples=60)
@given(_states(), persons())
def test_a_state_turns_exactly_when_it_is_foreseen(rule: Rule, person: Person) -> None:
    now = world()
    turns = [NOW, *changes(rule, Reader(person, now))]
    answers = [matches(rule, person, replace(now, now=moment)) for moment in turns]
    assert all(one != other for one, other in pairwise(answers))
    before = [matches(rule, person, replace(now, now=moment - 1)) for moment in turns[1:]]
    assert before == answers[:-1]


@given(_states())
def test_a_state_is_written_as_it_was_read_and_said_in_both_languages(rule: Rule) -> None:
    assert parse(to_json(rule), ZONE) == rule
    assert explain(rule, "en") != explain(rule, "zh")


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"in_group": "No Slug"}, "in_group"),
        ({"in_community": 7}, "in_community"),
        ({"in_community": "italy", "within": "3d"}, "in_community.within"),
        ({"consents": "marketing"}, "consents"),
        ({"consents": {"channel": "email"}}, "consents"),
        ({"consents": {"purpose": ""}}, "consents.purpose"),
        ({"consents": {"purpose": "x", "chanel": "email"}}, "consents.chanel"),
        ({"near": {"lat": 31, "lon": 121}}, "near"),
        ({"near": {"lat": 91, "lon": 121, "km": 3}}, "near.lat"),
        ({"near": {"lat": 31, "lon": -180.5, "km": 3}}, "near.lon"),
        ({"near": {"lat": "31", "lon": 121, "km": 3}}, "near.lat"),
        ({"near": {"lat": 31, "lon": 121, "km": 0}}, "near.km"),
        ({"near": {"lat": 31, "lon": 121, "km": 10_001}}, "near.km"),
        ({"near": {"lat": 31, "lon": 121, "km": 0.0005}}, "near.km"),
        ({"all": [{"list": "VIP"}]}, "all[0].list"),
    ],
)
def test_a_fault_is_refused_with_its_path(rule: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(rule, ZONE)
    assert refused.value.path == path


def test_the_way_from_shanghai_to_beijing_is_known() -> None:
    """Of 31.2304 N 121.4737 E and 39.9042 N 116.4074 E: 1,067 km, as atlases have it."""
    metres = state.metres(state.Place(39.9042, 116.4074), Near(31.2304, 121.4737, 1))
    assert metres == pytest.approx(1_067_000, abs=1_000)


# Law 6: people on every edge, of whom every mutant gets one wrong


def _word(time: int, given: bool, purpose: str = "marketing", channel: str = "*") -> ConsentFact:
    return ConsentFact(1, purpose, channel, time, f"m{time}", given, "test", 1)


def _crowd() -> list[Person]:
    here = {"lat": north(3_000), "lon": BUND[1]}
    told: list[tuple[dict[str, Any], list[ConsentFact], set[str]]] = [
        ({"location": here}, [_word(1, True, "location")], {"community:italy"}),
        ({"location": here}, [], {"group:italy"}),
        ({"location": here, "store": "jing-an"}, [_word(NOW, True, "location", "sms")], set()),
        ({"location": {"lat": north(3_001), "lon": BUND[1]}}, [_word(1, True, "location")], set()),
        ({"store": "bund"}, [_word(NOW, True, channel="email")], {"community:rome"}),
        ({"store": "bund"}, [_word(1, True), _word(2, False, channel="email")], set()),
        ({}, [_word(2, True), _word(1, False, channel="email")], set()),
        ({}, [_word(NOW + 1, True)], set()),
        ({"location": here, "store": "bund"},
         [_word(1, True, "location"), _word(2, False, "location")], set()),
        ({"location": {"lat": 31}, "store": "bund"}, [_word(1, True, "location")], set()),
    ]  # fmt: skip
    return [
        Person(
            Known(number, f"u{number}", traits=traits, tags=frozenset(tags)), [], speaking(words)
        )
        for number, (traits, words, tags) in enumerate(told, 1)
    ]


RULES: list[dict[str, Any]] = [
    {"in_community": "italy"},
    {"in_group": "italy"},
    {"consents": {"purpose": "marketing", "channel": "email"}},
    {"consents": {"purpose": "marketing"}},
    {"near": {"lat": BUND[0], "lon": BUND[1], "km": 3}},
    {"near": {"lat": BUND[0], "lon": BUND[1], "km": 3.001}},
    {"list": "vip"},
]

MUTANTS = {
    "a metre too far is near": ("<= round(rule.km * 1_000)", "<= round(rule.km * 1_000) + 1"),
    "the edge is not near": ("metres(place, rule) <= round", "metres(place, rule) < round"),
    "metres are cut off": ("+ 0.5)", "- 0.5)"),
    "nobody is asked whether it may be known": (
        "if word is not None and word.given:",
        "if True:",
    ),
    "a location without a place hides the store": (
        "if lat is not None and lon is not None:",
        "if lat is None or lon is None:\n            return None\n        else:",
    ),
    "a word ahead of its time counts": ("word.time <= now", "word.time <= now + 1"),
    "a word counts a millisecond late": ("word.time <= now", "word.time < now"),
    "the oldest word counts": ("return max(said,", "return min(said,"),
    "a withdrawal is a yes": ("word is not None and word.given\n", "word is not None\n"),
    "all channels are no channel": ("(rule.channel, ALL_CHANNELS)", "(rule.channel,)"),
    "a group is a community": ('f"{rule.kind}:{rule.slug}"', 'f"community:{rule.slug}"'),
    "the version before is asked": (
        "person.known.profile in standing.people",
        "person.known.profile + 1 in standing.people",
    ),
}


def _mutated(old: str, new: str) -> types.ModuleType:
    source = Path(str(state.__file__)).read_text()
    assert source.count(old) == 1, f"the mutant's place is not there once: {old!r}"
    module = types.ModuleType("mutant")
    exec(compile(source.replace(old, new), "mutant.py", "exec"), module.__dict__)
    return module


def _differences(lake: Lake, read: Any) -> list[object]:
    people, here = _crowd(), replace(world(), lists={**lists(NOW), **_TWO_VERSIONS})
    lake.fill(people, here)
    return [
        rule
        for rule in RULES
        if {p.known.profile for p in people if read(parse(rule, ZONE), p, here)}
        != lake.population(parse(rule, ZONE), here)
    ]


_TWO_VERSIONS = {"vip": Standing(BitMap([1, 2, 7]), 3, NOW)}


def _read(module: Any) -> Any:
    readers = {
        "Participant": module.takes_part, "Consents": module.agrees,
        "Near": module.is_near, "Listed": module.is_listed,
    }  # fmt: skip
    return lambda rule, person, here: readers[type(rule).__name__](rule, person, here)


def test_the_crowd_finds_no_fault_in_the_reader_itself(lake: Lake) -> None:
    assert _differences(lake, evaluate.matches) == []
    assert _differences(lake, _read(state)) == []


@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_of_the_reader_breaks_law_1(lake: Lake, name: str) -> None:
    assert _differences(lake, _read(_mutated(*MUTANTS[name]))) != []


# Law 4


def test_the_evidence_names_the_word_the_distance_and_the_version() -> None:
    person, here = _crowd()[0], world()
    near = why(parse(RULES[4], ZONE), person, here)
    assert near.holds
    assert near.evidence["place"] == "location"
    assert near.evidence["km"] == 3.0
    assert near.evidence["allowed_since"] == "1970-01-01T00:00:00.001Z"
    told = why(parse(RULES[2], ZONE), _crowd()[4], here).evidence
    assert (told["said"], told["channel"], told["source"]) == ("given", "email", "test")
    listed = why(parse({"list": "vip"}, ZONE), person, here)
    assert (listed.holds, listed.evidence["version"]) == (True, 3)
    assert why(parse({"list": "gone"}, ZONE), person, here).evidence == {
        "list": "gone", "version": None,
    }  # fmt: skip
