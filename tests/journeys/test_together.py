"""Runs that stand alike are taken on together, and each goes where it would have gone alone."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.core.clock import DAY, HOUR
from coterie.journeys import together
from coterie.journeys.model import Cause, Defined, Message, Run
from coterie.journeys.stepper import step
from coterie.journeys.together import Strides
from coterie.journeys.walking import journey_rules, moments_of
from coterie.messaging.alike.model import Said
from journeys.test_stepper import NOW, SAY, ZONE, Person, fresh, journey

VIP = {"tag": "vip"}
KINDS: list[dict[str, Any]] = [
    {**SAY, "then": "next"},
    {**SAY, "then": "next", "on_held": "exit", "wait_receipt": True},
    {"do": "wait", "for": "3d", "then": "next"},
    {"do": "wait", "until": "09:00", "then": "next"},
    {"do": "wait", "until_property": "starts", "then": "next"},
    {"do": "wait_for", "branches": [{"when": VIP, "then": "next"}],
     "timeout": "1d", "on_timeout": "end"},
    {"do": "split", "if": VIP, "yes": "next", "no": "end"},
    {"do": "random", "branches": [["next", 50], ["end", 50]]},
    {"do": "tag", "tag": "seen", "then": "next"},
]  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    names = [*(f"n{number}" for number in range(len(kinds))), "end"]

    def led(value: Any, following: str) -> Any:
        if isinstance(value, dict):
            return {name: led(inner, following) for name, inner in value.items()}
        if isinstance(value, list):
            return [led(inner, following) for inner in value]
        return following if value == "next" else value

    return {names[at]: led(kind, names[at + 1]) for at, kind in enumerate(kinds)}


people = st.builds(
    Person,
    tags=st.sampled_from([set(), {"vip"}]),
    traits=st.sampled_from([{}, {"timezone": "Europe/Berlin"}]),
    key=st.sampled_from(["user_id:u1", "user_id:u2", "user_id:u3"]),
)
causes = st.sampled_from([None, Cause("Booked", NOW, {"starts": "2026-01-05T00:00:00Z"})])


@given(
    nodes=graphs(),
    who=st.lists(st.tuples(people, causes, st.booleans()), min_size=1, max_size=6),
    exits=st.booleans(),
    acting=st.booleans(),
    news=st.lists(st.sampled_from([None, "queued", "held"]), min_size=4, max_size=4),
)
def test_who_goes_together_goes_where_each_would_go(
    nodes: dict[str, Any],
    who: list[tuple[Person, Cause | None, bool]],
    exits: bool,
    acting: bool,
    news: list[str | None],
) -> None:
    told = journey(nodes, "n0", **({"exit_when": {"tag": "gone"}} if exits else {}))
    state: Any = "active" if acting else "paused"
    defined = Defined(told, 1, state, {}, 0, NOW, NOW, "ada")
    moments = moments_of(journey_rules(told))
    runs = [
        replace(fresh(), id=number, node="n0", cause=cause, shadow=shadow)
        for number, (_, cause, shadow) in enumerate(who)
    ]
    for now, said in zip((NOW, NOW + HOUR, NOW + DAY, NOW + 4 * DAY), news, strict=True):
        strides = Strides(now, ZONE, moments)
        for at, (person, *_) in enumerate(who):
            alone = step(told, runs[at], person.seen(now, acting=acting), said)
            shared = strides.of(defined, runs[at], now, said)
            assert shared is None or shared == alone
            runs[at] = alone.run


def test_messages_of_one_node_are_asked_for_together_but_not_those_of_a_key() -> None:
    told = journey({"a": SAY})
    message = told.nodes["a"]
    assert isinstance(message, Message)
    stood = [
        replace(step(told, fresh(), Person().seen()).run, id=n, profile=n, shadow=n == 3)
        for n in range(1, 12)
    ]
    keyed = replace(stood[0], id=20, profile=20, key="order 1")
    twice = replace(stood[0], id=21)
    wanting: list[tuple[Run, Message]] = [(run, message) for run in (*stood, keyed, twice)]
    ((_, runs),), alone = together.gather(wanting)
    assert [run.id for run in runs.values()] == list(range(1, 12))
    assert [run.id for run, _ in alone] == [20, 21]
    assert together.gather(wanting[:3]) == ([], wanting[:3])
    kind = replace(message, touch="emotional")
    said = Said(BitMap([2]))
    became = {run.profile: together.status_of(run, kind, said) for run in runs.values()}
    assert (became[1], became[2], became[3]) == ("queued", "held", "shadow")
