"""Runs that stand alike go as one: the same comes of it as when each goes alone."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import NotFound
from coterie.core.event import IDENTIFIED, Event
from coterie.core.people import Shift
from coterie.journeys.bands import store as bands
from coterie.journeys.coming.service import dues
from coterie.journeys.crowd import store as crowd
from coterie.journeys.ports import Asker
from coterie.journeys.service import Journeys
from coterie.segments.model import Rule
from coterie.storage.database import Database
from journeys.town import NOON, ZONE, Town, say, wait

MEMBERS = [f"u{number}" for number in range(7)]
IN = {"trait": "in", "op": "=", "value": True}
VIP = {"trait": "vip", "op": "=", "value": True}
PAID = {"did": "Paid"}
PAID_SINCE = {"did": "Paid", "since": "entry"}
PAID_HERE = {"did": "Paid", "since": "node"}
SILENT = {"not": {"did": "Seen", "within": "36h"}}
RULES = st.sampled_from([VIP, PAID, PAID_SINCE, PAID_HERE, SILENT, {"in_segment": "here"}])
ENTRY = {"segment": "here"}


def town_of(folder: Path, template: Path, least: int | None) -> Town:
    folder.mkdir()
    shutil.copy(template, folder)
    town = Town(Database.in_folder(folder), folder)
    town.journeys = Journeys(
        town.segments, town.messaging, town.profiles, 30, town.journeys.zone, least=least
    )
    return town


KINDS = st.sampled_from([
    "say", "say", "hold", "wait", "wait", "until", "named", "wait_for", "split", "split", "random",
    "tag", "set", "emit", "receipt",
])  # fmt: skip


@st.composite
def nodes_of(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """A graph without circles, of all kinds of nodes."""
    names = [f"n{place}" for place in range(draw(st.integers(2, 5)))]
    nodes = {}
    for place, name in enumerate(names):
        then, other = (*names[place + 1 : place + 3], "end", "end")[:2]
        nodes[name] = node(draw, draw(KINDS), then, draw(st.sampled_from([then, other])))
    return nodes


def node(draw: st.DrawFn, kind: str, then: str, other: str) -> dict[str, Any]:
    match kind:
        case "say" | "receipt":
            return say(then, touch="service", wait_receipt=kind == "receipt")
        case "hold":
            on_held = draw(st.sampled_from(["advance", "exit"]))
            return say(then, touch="commercial", template="offer", expires="2d", on_held=on_held)
        case "wait":
            return wait(draw(st.sampled_from(["1h", "1d"])), then)
        case "until":
            return {"do": "wait", "until": "20:00", "then": then}
        case "named":
            return {"do": "wait", "until_property": "ends", "offset": "-1h", "then": then}
        case "wait_for":
            ways = [{"when": draw(RULES), "then": other}]
            return {"do": "wait_for", "timeout": "30h", "on_timeout": then, "branches": ways}
        case "split":
            return {"do": "split", "if": draw(RULES), "yes": then, "no": other}
        case "random":
            return {"do": "random", "branches": [[then, 50], [other, 50]]}
        case "tag":
            return {"do": "tag", "tag": "met", "then": then}
        case "set":
            return {"do": "set", "trait": "vip", "value": True, "then": then}
        case _:
            return {"do": "emit", "event": "Noticed", "then": then}


@st.composite
def journeys(draw: st.DrawFn) -> dict[str, Any]:
    """A journey that the people in a segment walk, or one entered with the segment's moves."""
    body: dict[str, Any] = {"entry": ENTRY, "start": "n0", "nodes": reached(draw(nodes_of()))}
    if draw(st.booleans()):
        body["exit_when"] = draw(st.sampled_from([PAID_SINCE, SILENT]))
    body["reentry"] = draw(st.sampled_from(["never", "after_exit"]))
    return body


def reached(nodes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Leave out the nodes that no way leads to."""
    found, waiting = set[str](), ["n0"]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in found:
            found.add(name)
            waiting += [each for each in Counter(_words(nodes[name])) if each in nodes]
    return {name: body for name, body in nodes.items() if name in found}


def _words(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        for value in body.values():
            yield from _words(value)
    elif isinstance(body, list):
        for value in body:
            yield from _words(value)
    elif isinstance(body, str):
        yield body


DOINGS = st.lists(
    st.sampled_from([
        "hour", "day", "day", "buy", "see", "leave", "enter", "pause", "resume", "deliver", "merge",
        "redefine", "erase",
    ]),
    min_size=3, max_size=8,
)  # fmt: skip


def arrive(town: Town) -> None:
    """Let everybody come, each a little different."""
    zones = ["Europe/Berlin", "Asia/Tokyo", None]
    town.segment("here", IN)
    events: list[Event] = []
    for number, user in enumerate(MEMBERS):
        traits: dict[str, Any] = {"in": number != 6, "vip": number % 3 == 0}
        if zones[number % 3] is not None:
            traits["timezone"] = zones[number % 3]
        if number % 4 == 0:
            traits["ends"] = town.now + 2 * DAY + number % 2 * HOUR
        events.append(identified(town, user, traits))
        if number % 2:
            events.append(town.event(user, "Consent Given", purpose="marketing"))
        events.append(town.event(user, "Seen"))
    town.carry(events)


def identified(town: Town, user: str, traits: dict[str, Any]) -> Event:
    event = town.event(user, IDENTIFIED)
    return msgspec.structs.replace(event, type="identify", traits=traits)


def do(town: Town, doing: str, turn: int, body: dict[str, Any]) -> None:
    some = MEMBERS[turn % 3 :: 2]
    match doing:
        case "hour" | "day":
            town.advance(HOUR if doing == "hour" else DAY)
        case "buy" | "see":
            town.carry([town.event(user, "Paid" if doing == "buy" else "Seen") for user in some])
        case "leave" | "enter":
            town.carry([identified(town, user, {"in": doing == "enter"}) for user in some])
        case "pause":
            town.pause("j")
        case "resume":
            town.resume("j")
        case "deliver":
            town.deliver()
        case "redefine":
            town.redefine("j", **body)
        case "merge" | "erase":
            with town.database.begin(CLOCK, town.now) as work:
                one, other = (town.person(work, user) for user in (some[0], some[1]))
                if doing == "erase":
                    town.journeys.erase(work, [other])
                else:
                    town.journeys.follow(work, [Shift(other, other, one)])


def outcome(town: Town) -> dict[str, Any]:
    """Tell all that has come of it, apart from the numbers of runs."""
    with town.read() as work:
        ids = {run.id: (run.came_with, run.entered) for run in town.journeys.runs(work, "j")}
        told: list[Any] = [dues(work, town.now, town.now + 9 * DAY), crowd.flows(work, "j"),
                crowd.passed(work, "j"), town.journeys.next_due(work)]  # fmt: skip
        nodes = {run.node for run in town.runs("j")}
        told += [crowd.number_at(work, "j", node) for node in sorted(nodes)]
        told += [crowd.never_at(work, "j", node, "n1") for node in sorted(nodes)]
        told += [
            sorted((one.profile, one.due or 0)
                   for part in crowd.waiting(work, "j", node, 3, causes=False) for one in part)
            for node in sorted(nodes)
        ]  # fmt: skip
        told += [
            {(run.profile, run.node) for run, _ in crowd.at_node(work, "j", node, 99, None)}
            for node in sorted(nodes)
        ]
        messages = [town.messages(user) for user in MEMBERS]
    runs = Counter(
        repr((run.profile, run.came_with, run.version, run.node, run.entered, run.arrived, run.due,
              sorted(run.visits.items()), run.shadow, run.ended, run.reason, run.contaminated,
              run.awaiting is None))
        for run in town.runs("j")
    )  # fmt: skip
    said = Counter(
        repr((one.id, one.node, one.status, one.reason, one.at, one.due, one.expires))
        for several in messages for one in several
    )  # fmt: skip
    facts = Counter(
        repr((fact.name, fact.profile, fact.time, fact.items, sorted(
            (key, str(ids[value] if key == "run" else value))
            for key, value in fact.properties.items()
        )))
        for fact in town.facts
    )  # fmt: skip
    return {"runs": runs, "said": said, "facts": facts, "told": told}


@contextmanager
def towns(template: Path) -> Iterator[tuple[Town, Town]]:
    with TemporaryDirectory() as folder:
        both = (
            town_of(Path(folder) / "bands", template, 2),
            town_of(Path(folder) / "rows", template, None),
        )
        yield both
        for town in both:
            town.database.close()


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(body=journeys(), doings=DOINGS)
def test_bands_walk_as_each_of_their_people_would(
    sqlite_template: Path, body: dict[str, Any], doings: list[str]
) -> None:
    with towns(sqlite_template) as (together, alone):
        for town in (together, alone):
            arrive(town)
            town.define("j", **body)
            for turn, doing in enumerate(doings):
                do(town, doing, turn, body)
            town.advance(HOUR)
        assert outcome(together) == outcome(alone)


SPLIT: dict[str, Any] = {
    "entry": ENTRY, "start": "rest", "holdout": 0,
    "nodes": {
        "rest": wait("1d", "look"),
        "look": {"do": "split", "if": VIP, "yes": "hello", "no": "later"},
        "hello": say("later"),
        "later": wait("9d", "end"),
    },
}  # fmt: skip


def sizes(town: Town) -> list[tuple[str, int]]:
    """Tell how many stand where in bands."""
    with town.read() as work:
        return sorted((node, size) for _, node, _, size in bands.sizes(work))


def test_who_stands_alike_is_one_row_until_something_happens_to_her_alone(town: Town) -> None:
    town.journeys = Journeys(town.segments, town.messaging, town.profiles, 0, ZONE, least=2)
    arrive(town)
    town.define("j", exit_when=PAID_SINCE, **SPLIT)
    assert sizes(town) == [("rest", 6)]
    town.advance(DAY)
    assert sizes(town) == [("later", 6)]
    assert [town.asked(user) for user in ("u0", "u1")] == [["hello"], []]
    town.happen("u1", "Paid")
    assert sizes(town) == [("later", 5)]
    assert [run.reason for run in town.runs("j", "u1")] == ["exit_when"]
    with town.read() as work:
        page = town.journeys.at_node(work, "j", "later", limit=3)
        rest = town.journeys.at_node(work, "j", "later", limit=3, before=page.before)
        told = [*page.people, *rest.people]
        assert page.total == len(told) == len({each.run.profile for each in told}) == 5
        assert all(each.last is not None and each.until == NOON + 10 * DAY for each in told)
        assert town.journeys.flow(work, "j").passed == {
            "rest": 6,
            "look": 6,
            "later": 6,
            "hello": 2,
        }
        (way,) = town.journeys.hand_out(work, town.person(work, "u0"))["runs"]
        assert (way["node"], way["steps"]["hello"]) == ("later", NOON + DAY)


def test_few_or_told_apart_by_what_began_them_they_go_alone(town: Town) -> None:
    town.journeys = Journeys(town.segments, town.messaging, town.profiles, 0, ZONE, least=7)
    arrive(town)
    town.define("j", **SPLIT)
    town.define("k", entry={"event": "Paid"}, nodes={"a": wait("1d", "end")}, start="a")
    town.carry([town.event(user, "Paid") for user in MEMBERS])
    assert sizes(town) == []
    assert len(town.runs("j")) == 6
    assert len(town.runs("k")) == 7


def test_runs_that_come_to_stand_alike_become_a_band_when_they_are_due(town: Town) -> None:
    town.journeys = Journeys(town.segments, town.messaging, town.profiles, 0, ZONE, least=None)
    arrive(town)
    town.define("j", **SPLIT)
    town.journeys = Journeys(town.segments, town.messaging, town.profiles, 0, ZONE, least=2)
    assert sizes(town) == []
    town.advance(DAY)
    assert sizes(town) == [("later", 6)]


def test_a_portion_is_all_that_a_wake_takes_on(town: Town) -> None:
    town.journeys = Journeys(
        town.segments, town.messaging, town.profiles, 0, ZONE, portion=4, least=2
    )
    arrive(town)
    town.define("j", **SPLIT)
    town.now += DAY
    taken = []
    while sum(size for node, size in sizes(town) if node == "later") < 6:
        with town.database.begin(CLOCK, town.now) as work:
            town.journeys.wake(work)
        taken.append(len(town.runs("j")) - sum(s for n, s in sizes(town) if n == "rest"))
    assert taken == [4, 6]


def test_many_are_asked_a_rule_as_each_of_them_is(town: Town) -> None:
    arrive(town)
    town.segment("gone", VIP)
    with town.read() as work:
        rules = [
            town.segments.rule(work, rule)
            for rule in (VIP, PAID, SILENT, {"in_segment": "here"}, {"in_segment": "gone"},
                         {"any": [VIP, {"in_segment": "gone"}]})
        ]  # fmt: skip
    for turn in range(4):
        town.segments.watch(rules if turn else [])
        if turn == 3:
            with town.database.begin(CLOCK, town.now) as work:
                town.segments.delete(work, "gone")
        town.carry([town.event(user, "Paid") for user in MEMBERS[turn::3]])
        town.advance(13 * HOUR)
        with town.read() as work:
            people = town.profiles.everyone(work)
            asker = town.segments.ask(work, list(people))
            for rule in rules:
                each = {one for one in people if holds(asker, rule, one)}
                assert set(town.segments.sift(work, rule, people)) == each


def holds(asker: Asker, rule: Rule, profile: int) -> bool:
    """Ask one person; where it depends on a segment that is gone, a rule does not hold."""
    try:
        return asker.holds(rule, profile)
    except NotFound:
        return False
