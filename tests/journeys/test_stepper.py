"""One person's steps, node by node and law by law, without a database."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import Invalid
from coterie.journeys.model import Cause, Journey, Run, Visit
from coterie.journeys.parse import parse
from coterie.journeys.stepper import LEARNED, REST, Seen, Stride, step
from coterie.profiles.model import Known
from coterie.segments.language.parse import parse as parse_rule
from coterie.segments.model import Rule, Tag

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z, a Thursday
ZONE = ZoneInfo("Asia/Shanghai")
SAY = {"do": "message", "channel": "email", "template": "t", "touch": "service", "then": "end"}


def journey(nodes: dict[str, Any], start: str = "a", **top: Any) -> Journey:
    body = {"entry": {"segment": "s"}, "start": start, "nodes": nodes, **top}
    return parse("j", body, lambda rule: parse_rule(rule, ZONE))


@dataclass
class Person:
    """Rules here are about tags: what holds is what is in ``tags``; notes what was asked when."""

    tags: set[str] = field(default_factory=set)
    traits: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    key: str = "user_id:u1"

    def ask(self, rule: Rule, _run: Run, arrived: int) -> bool:
        assert isinstance(rule, Tag)
        self.asked.append((rule.tag, arrived))
        return rule.tag in self.tags

    def seen(self, now: int = NOW, *, told: int | None = None, acting: bool = True) -> Seen:
        known = Known(1, self.key, traits=self.traits)
        return Seen(now, now if told is None else told, known, ZONE, self.ask, acting)


def fresh(**more: Any) -> Run:
    return Run(id=1, journey="j", version=1, profile=1, node="a", entered=NOW, **more)


def names(stride: Stride) -> list[str]:
    return [done.node for done in stride.done]


WAIT = {"do": "wait", "for": "3d", "then": "b"}


def test_a_message_is_asked_for_on_arrival_and_the_gates_word_moves_on() -> None:
    told = journey({"a": SAY})
    first = step(told, fresh(), Person().seen())
    assert names(first) == ["a"]
    assert (first.run.node, first.run.arrived, first.run.ended) == ("a", NOW, None)
    after = step(told, first.run, Person().seen(), "queued")
    assert (after.run.node, after.run.reason, after.run.ended) == ("end", "end", NOW)
    assert not after.done


@pytest.mark.parametrize("status", ["queued", "held", "failed", "shadow"])
def test_held_or_failed_the_person_advances_unless_told_to_exit(status: str) -> None:
    for on_held, on_failed in (("advance", "advance"), ("exit", "exit")):
        told = journey({"a": {**SAY, "on_held": on_held, "on_failed": on_failed, "then": "b"},
                        "b": {**WAIT, "then": "end"}})  # fmt: skip
        first = step(told, fresh(), Person().seen())
        after = step(told, first.run, Person().seen(), status).run
        exits = on_held == "exit" and status in ("held", "failed")
        assert (after.node, after.reason) == (("a", status) if exits else ("b", None))


def test_with_wait_receipt_the_run_stays_until_the_result() -> None:
    told = journey({"a": {**SAY, "wait_receipt": True, "on_failed": "exit"}})
    first = step(told, fresh(), Person().seen()).run
    asked = replace(first, awaiting="m1")
    stays = step(told, asked, Person().seen(), "queued").run
    assert (stays.node, stays.status, stays.due) == ("a", "waiting", None)
    assert step(told, stays, Person().seen(NOW + DAY)).run == stays
    assert step(told, stays, Person().seen(NOW + DAY), "sent").run.reason == "end"
    assert step(told, stays, Person().seen(NOW + DAY), "failed").run.reason == "failed"


def test_a_wait_is_over_at_its_moment_and_not_before() -> None:
    told = journey({"a": WAIT, "b": SAY})
    first = step(told, fresh(), Person().seen()).run
    assert (first.node, first.due) == ("a", NOW + 3 * DAY)
    assert step(told, first, Person().seen(NOW + 3 * DAY - 1)).run == first
    assert names(step(told, first, Person().seen(NOW + 3 * DAY))) == ["b"]


def test_a_wait_until_a_time_equal_to_now_passes_at_once() -> None:
    told = journey({"a": {"do": "wait", "until": "08:00", "days": ["thu"], "then": "b"}, "b": SAY})
    assert names(step(told, fresh(), Person().seen())) == ["b"]  # 00:00Z is 08:00 in Shanghai
    waits = step(told, fresh(), Person().seen(NOW + 1)).run
    assert waits.due == NOW + 7 * DAY
    in_berlin = Person(traits={"timezone": "Europe/Berlin"})
    assert step(told, fresh(), in_berlin.seen()).run.due == NOW + 7 * HOUR


@pytest.mark.parametrize(
    ("properties", "traits", "due"),
    [
        ({"ends": NOW + 5 * DAY}, {}, NOW + 3 * DAY),
        ({}, {"ends": "2026-01-06T08:00"}, NOW + 3 * DAY),
        ({"ends": NOW + 2 * DAY}, {}, None),  # two days before is now
        ({"ends": NOW - DAY}, {}, None),
        ({"ends": "some day"}, {}, None),
        ({}, {}, None),
    ],
)
def test_a_wait_for_a_property(
    properties: dict[str, Any], traits: dict[str, Any], due: int | None
) -> None:
    told = journey(
        {"a": {"do": "wait", "until_property": "ends", "offset": "-2d", "then": "b"}, "b": SAY}
    )
    run = fresh(cause=Cause("Trial Started", NOW, properties))
    stride = step(told, run, Person(traits=traits).seen())
    assert (stride.run.due, names(stride)) == ((due, []) if due else (None, ["b"]))


BRANCHES = [{"when": {"tag": "x"}, "then": "b"}, {"when": {"tag": "y"}, "then": "c"}]
WAIT_FOR = {"do": "wait_for", "branches": BRANCHES, "timeout": "1d", "on_timeout": "d"}
WAITING = {"a": WAIT_FOR, "b": SAY, "c": SAY, "d": SAY}


def test_a_condition_already_true_passes_at_once_and_the_first_listed_wins() -> None:
    told = journey(WAITING)
    assert names(step(told, fresh(), Person({"y"}).seen())) == ["c"]
    assert names(step(told, fresh(), Person({"y", "x"}).seen())) == ["b"]


def test_a_condition_that_comes_true_in_time_counts_and_later_changes_nothing() -> None:
    told = journey(WAITING)
    waits = step(told, fresh(), Person().seen()).run
    assert waits.due == NOW + DAY
    assert step(told, waits, Person().seen(NOW + HOUR)).run == waits
    assert names(step(told, waits, Person({"x"}).seen(NOW + HOUR))) == ["b"]
    assert names(step(told, waits, Person({"x"}).seen(NOW + DAY))) == ["b"]
    assert names(step(told, waits, Person({"x"}).seen(NOW + DAY + 1))) == ["d"]
    assert names(step(told, waits, Person().seen(NOW + DAY))) == ["d"]


def test_what_happened_in_time_and_was_heard_late_still_counts() -> None:
    told = journey(WAITING)
    waits = step(told, fresh(), Person().seen()).run
    late = NOW + 2 * DAY
    assert names(step(told, waits, Person({"x"}).seen(late, told=NOW + HOUR))) == ["b"]
    assert names(step(told, waits, Person({"x"}).seen(late, told=NOW + DAY + 1))) == ["d"]


def test_without_a_timeout_it_waits_for_ever() -> None:
    told = journey({"a": {"do": "wait_for", "branches": BRANCHES}, "b": SAY, "c": SAY})
    waits = step(told, fresh(), Person().seen()).run
    assert waits.due is None
    assert step(told, waits, Person().seen(NOW + 1_000 * DAY)).run == waits


def test_a_split_is_asked_on_arrival() -> None:
    told = journey({"a": {**WAIT, "then": "s"},
                    "s": {"do": "split", "if": {"tag": "x"}, "yes": "b", "no": "c"},
                    "b": SAY, "c": SAY})  # fmt: skip
    person = Person()
    waits = step(told, fresh(), person.seen()).run
    assert person.asked == []
    person.tags.add("x")
    assert names(step(told, waits, person.seen(NOW + 3 * DAY))) == ["b"]
    assert person.asked == [("x", NOW + 3 * DAY)]


def test_a_random_draw_is_the_same_for_a_person_and_fair_over_many() -> None:
    told = journey({"a": {"do": "random", "branches": [["b", 30], ["c", 70], ["d", 0]]},
                    "b": SAY, "c": SAY, "d": SAY})  # fmt: skip
    drawn = Counter(
        names(step(told, fresh(), Person(key=f"user_id:u{number}").seen()))[0]
        for number in range(2_000)
    )
    assert drawn["d"] == 0
    assert 540 < drawn["b"] < 660
    again = {names(step(told, fresh(), Person(key="user_id:u7").seen()))[0] for _ in range(5)}
    assert len(again) == 1


def test_acts_are_done_in_order_and_a_jump_goes_on() -> None:
    told = journey(
        {
            "a": {"do": "tag", "tag": "x", "then": "b"},
            "b": {"do": "untag", "tag": "y", "then": "c"},
            "c": {"do": "set", "trait": "stage", "value": "won", "then": "d"},
            "d": {"do": "emit", "event": "Won", "properties": {"n": 1}, "then": "e"},
            "e": {"do": "jump", "to": "f"},
            "f": {"do": "wait", "for": "1d", "then": "end"},
        }
    )
    stride = step(told, fresh(), Person().seen())
    assert names(stride) == ["a", "b", "c", "d"]
    assert (stride.run.node, stride.run.due, stride.learning) == ("f", NOW + DAY, False)
    assert stride.run.steps == 6


def test_what_the_run_did_is_learned_before_it_looks_again() -> None:
    told = journey({"a": {"do": "tag", "tag": "x", "then": "s"},
                    "s": {"do": "split", "if": {"tag": "x"}, "yes": "b", "no": "c"},
                    "b": SAY, "c": SAY})  # fmt: skip
    person = Person()
    stands = step(told, fresh(), person.seen())
    assert stands.learning
    assert (stands.run.node, stands.run.arrived, stands.run.due) == ("s", None, NOW + REST)
    assert person.asked == []
    assert step(told, stands.run, person.seen()).run == stands.run
    person.tags.add("x")
    assert names(step(told, stands.run, person.seen(), LEARNED)) == ["b"]
    assert names(step(told, stands.run, person.seen(NOW + REST))) == ["b"]  # should it get lost


def test_exit_when_is_asked_before_every_step_and_inside_a_wait() -> None:
    told = journey({"a": WAIT, "b": SAY}, exit_when={"tag": "bought"})
    person = Person()
    waits = step(told, fresh(), person.seen()).run
    person.tags.add("bought")
    inside = step(told, waits, person.seen(NOW + HOUR))
    assert (inside.run.reason, inside.run.ended, inside.done) == ("exit_when", NOW + HOUR, ())
    due = step(told, waits, person.seen(NOW + 3 * DAY))
    assert (due.run.reason, due.done) == ("exit_when", ())
    assert step(told, fresh(), person.seen()).run.reason == "exit_when"


def test_exit_when_knows_since_when_the_run_is_at_its_node() -> None:
    told = journey({"a": WAIT, "b": SAY}, exit_when={"tag": "bought"})
    person = Person()
    waits = step(told, fresh(), person.seen()).run
    person.asked.clear()
    step(told, waits, person.seen(NOW + HOUR))
    assert person.asked == [("bought", NOW)]


@pytest.mark.parametrize(
    "act",
    [SAY, {"do": "tag", "tag": "x", "then": "end"}, {"do": "untag", "tag": "x", "then": "end"},
     {"do": "set", "trait": "t", "value": 1, "then": "end"},
     {"do": "emit", "event": "E", "then": "end"}],
)  # fmt: skip
def test_a_pause_lets_waits_run_and_stops_before_the_next_act(act: dict[str, Any]) -> None:
    told = journey({"a": WAIT, "b": act})
    waits = step(told, fresh(), Person().seen(acting=False)).run
    assert (waits.node, waits.due) == ("a", NOW + 3 * DAY)
    held = step(told, waits, Person().seen(NOW + 3 * DAY, acting=False))
    assert held.done == ()
    assert (held.run.node, held.run.arrived, held.run.due) == ("b", None, None)
    assert names(step(told, held.run, Person().seen(NOW + 9 * DAY))) == ["b"]


def test_a_loop_goes_round_and_counts_its_visits() -> None:
    told = journey({"a": {**SAY, "then": "b"}, "b": {**WAIT, "then": "c"},
                    "c": {"do": "jump", "to": "a"}})  # fmt: skip
    first = step(told, step(told, fresh(), Person().seen()).run, Person().seen(), "queued").run
    later = step(told, first, Person().seen(NOW + 3 * DAY))
    assert names(later) == ["a"]
    assert later.run.visits["a"] == Visit(2, NOW + 3 * DAY)


def test_a_loop_whose_waits_are_over_at_once_rests() -> None:
    told = journey({"a": {"do": "tag", "tag": "x", "then": "b"},
                    "b": {"do": "wait", "until_property": "gone", "then": "a"}})  # fmt: skip
    stands = step(told, fresh(), Person().seen())
    assert names(stands) == ["a"] and stands.run.node == "b"
    rests = step(told, stands.run, Person().seen(), LEARNED)
    assert rests.done == ()
    assert (rests.run.node, rests.run.arrived, rests.run.due) == ("a", None, NOW + MINUTE)
    assert not rests.learning
    assert names(step(told, rests.run, Person().seen(NOW + MINUTE))) == ["a"]


def test_a_run_that_has_not_begun_waits_for_its_moment() -> None:
    told = journey({"a": SAY})
    later = fresh(due=NOW + DAY)
    assert step(told, later, Person().seen()).run == later
    assert names(step(told, later, Person().seen(NOW + DAY))) == ["a"]


def test_an_ended_run_takes_no_step() -> None:
    over = fresh(ended=NOW, reason="end")
    assert step(journey({"a": SAY}), over, Person({"x"}).seen()) == Stride(over, ())


NODES = st.sampled_from(["a", "b", "c", "d", "end"])


@given(
    kinds=st.lists(st.sampled_from(["wait", "wait_for", "split", "tag", "random", "past"]),
                   min_size=4, max_size=4),
    ways=st.lists(NODES, min_size=8, max_size=8),
    tags=st.sets(st.sampled_from(["x", "y"])),
)  # fmt: skip
def test_no_step_spins_and_none_goes_back_in_time(
    kinds: list[str], ways: list[str], tags: set[str]
) -> None:
    nodes: dict[str, Any] = {}
    for index, (name, kind) in enumerate(zip("abcd", kinds, strict=True)):
        one, two = ways[2 * index], ways[2 * index + 1]
        nodes[name] = {
            "wait": {"do": "wait", "for": "1h", "then": one},
            "past": {"do": "wait", "until_property": "none", "then": one},
            "wait_for": {"do": "wait_for", "branches": [{"when": {"tag": "x"}, "then": one}],
                         "timeout": "2h", "on_timeout": two},
            "split": {"do": "split", "if": {"tag": "y"}, "yes": one, "no": two},
            "tag": {"do": "tag", "tag": "z", "then": one},
            "random": {"do": "random", "branches": [[one, 50], [two, 50]]},
        }[kind]  # fmt: skip
    try:
        told = journey(nodes)
    except Invalid:  # most random graphs are
        return
    run, now = fresh(), NOW
    for _ in range(20):
        stride = step(told, run, Person(tags).seen(now))
        run = stride.run
        assert len(stride.done) <= len(nodes)
        if run.ended is not None or run.due is None:
            return
        assert run.due > now
        now = run.due
