"""Runs over the real rooms: waits, conditions, receipts, pauses, new versions (semantics 2-10)."""

from typing import Any

import pytest
from sqlalchemy import event

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Move
from journeys.town import NOON, Town, say, wait

BY_ORDER = {"entry": {"event": "Ordered"}, "start": "a"}
READ = {"did": "Article Read", "since": "entry"}
VIP = {"trait": "vip", "op": "=", "value": True}


def test_the_example_of_the_reference(town: Town) -> None:
    town.segment("sleeping", {"all": [{"did": "Ordered"},
                                      {"not": {"did": "Visited", "within": "30d"}}]})  # fmt: skip
    town.define(
        "win-back", entry={"segment": "sleeping"}, start="hello",
        exit_when={"did": "Order Completed", "since": "entry"},
        nodes={
            "hello": say("pause"),
            "pause": wait("3d", "look"),
            "look": {"do": "split", "if": READ, "yes": "end", "no": "offer"},
            "offer": say(template="offer", expires="2d"),
        },
    )  # fmt: skip
    for user in ("cold", "reader", "buyer"):
        town.happen(user, "Visited")
        town.happen(user, "Ordered")
    assert town.runs("win-back") == []
    town.advance(30 * DAY)
    assert town.runs("win-back") == []  # exactly thirty days ago still counts
    town.advance(1)
    assert len(town.runs("win-back")) == 3
    town.happen("reader", "Article Read")
    town.happen("buyer", "Order Completed")
    assert [run.reason for run in town.runs("win-back", "buyer")] == ["exit_when"]
    town.happen("cold", "Visited")  # leaving the segment ends no run
    town.advance(3 * DAY)
    assert town.asked("cold") == ["hello", "offer"]
    assert town.asked("reader") == ["hello"]
    assert town.asked("buyer") == ["hello"]
    offer = town.messages("cold")[1]
    assert offer.expires == offer.at + 2 * DAY


def test_exit_when_by_time_alone_ends_a_run_inside_a_wait(town: Town) -> None:
    quiet = {"not": {"did": "Visited", "within": "2d"}}
    town.define("a", **BY_ORDER, exit_when=quiet, nodes={"a": wait("9d", "b"), "b": say()})
    town.carry([town.event("u1", "Visited"), town.event("u1", "Ordered")])
    town.advance(2 * DAY)
    assert town.runs("a")[0].status == "waiting"
    town.advance(1)
    (run,) = town.runs("a")
    assert (run.reason, run.ended) == ("exit_when", NOON + 2 * DAY + 1)
    town.advance(30 * DAY)
    assert town.asked("u1") == []


def test_exit_when_hears_what_a_person_is_not_only_what_she_does(town: Town) -> None:
    town.define("a", **BY_ORDER, exit_when=VIP, nodes={"a": wait("1d", "b"), "b": say()})
    town.happen("u1", "Ordered")
    town.identify("u1", vip=True)
    assert [run.reason for run in town.runs("a")] == ["exit_when"]


WAITING: dict[str, Any] = {
    "a": {"do": "wait_for", "timeout": "1d", "on_timeout": "late",
          "branches": [{"when": {"did": "Paid", "since": "entry"}, "then": "paid"},
                       {"when": READ, "then": "read"}]},
    "late": say(), "paid": say(), "read": say(),
}  # fmt: skip


def test_wait_for_goes_on_with_the_event_or_with_the_timeout(town: Town) -> None:
    town.define("w", **BY_ORDER, nodes=WAITING)
    for user in ("reader", "payer", "nobody", "both"):
        town.happen(user, "Ordered")
    town.advance(HOUR)
    town.happen("reader", "Article Read")
    town.carry([town.event("both", "Article Read"), town.event("both", "Paid")])
    assert town.asked("reader") == ["read"]
    assert town.asked("both") == ["paid"], "the first listed wins"
    town.advance(22 * HOUR)
    town.happen("payer", "Paid")
    assert town.asked("payer") == ["paid"]
    town.advance(HOUR)
    assert town.asked("nobody") == ["late"]
    town.happen("nobody", "Paid")
    assert town.asked("nobody") == ["late"], "later than the timeout changes nothing"


def test_what_was_true_already_passes_at_once(town: Town) -> None:
    nodes = {**WAITING, "a": {**WAITING["a"], "branches": [
        {"when": {"did": "Paid"}, "then": "paid"}, {"when": READ, "then": "read"}]}}  # fmt: skip
    town.define("w", **BY_ORDER, nodes=nodes)
    town.happen("u1", "Paid")
    town.happen("u1", "Ordered")
    assert town.asked("u1") == ["paid"]


def test_an_event_after_an_overdue_timeout_changes_nothing_one_before_it_does(town: Town) -> None:
    town.define("w", **BY_ORDER, nodes=WAITING)
    for user in ("early", "late"):
        town.happen(user, "Ordered")
    town.now += 2 * DAY  # nobody woke in between
    town.carry([town.event("early", "Paid", at=NOON + HOUR),
                town.event("late", "Paid", at=NOON + DAY + 1)])  # fmt: skip
    assert town.asked("early") == ["paid"]
    assert town.asked("late") == ["late"]


def test_a_condition_that_time_makes_true(town: Town) -> None:
    once = {"did": "Visited", "count": {"<": 1}, "within": "2h"}
    nodes = {"a": {"do": "wait_for", "branches": [{"when": once, "then": "b"}]}, "b": say()}
    town.define("w", **BY_ORDER, nodes=nodes)
    town.carry([town.event("u1", "Visited"), town.event("u1", "Ordered")])
    town.advance(2 * HOUR)
    assert town.asked("u1") == []
    town.advance(1)
    assert town.asked("u1") == ["b"]


def test_what_a_run_does_is_known_at_its_next_question(town: Town) -> None:
    nodes = {
        "a": {"do": "tag", "tag": "asked", "then": "b"},
        "b": {"do": "set", "trait": "stage", "value": 2, "then": "c"},
        "c": {"do": "emit", "event": "Stage Reached", "properties": {"stage": 2}, "then": "d"},
        "d": {"do": "split", "yes": "e", "no": "wrong",
              "if": {"all": [{"tag": "asked"}, {"trait": "stage", "op": "=", "value": 2},
                             {"did": "Stage Reached"}]}},
        "e": {"do": "untag", "tag": "asked", "then": "f"},
        "f": {"do": "split", "if": {"tag": "asked"}, "yes": "wrong", "no": "right"},
        "wrong": say(), "right": say(),
    }  # fmt: skip
    town.define("acts", **BY_ORDER, nodes=nodes)
    town.happen("u1", "Ordered")
    assert town.asked("u1") == ["right"]
    assert town.told("coterie.tagged") == [{"tag": "asked", "by": "journey:acts"}]
    assert town.told("coterie.untagged") == [{"tag": "asked", "by": "journey:acts"}]
    assert town.told("coterie.trait_set") == [{"trait": "stage", "value": 2}]
    assert town.told("Stage Reached") == [{"stage": 2}]


def test_a_journey_may_hear_the_facts_of_another(town: Town) -> None:
    town.define("first", **BY_ORDER, nodes={"a": say()})
    town.define("second", start="a", nodes={"a": say()}, entry={
        "event": "coterie.journey.exited",
        "where": [{"property": "journey", "op": "=", "value": "first"}]})  # fmt: skip
    town.define("third", **BY_ORDER, exit_when={"did": "coterie.journey.exited"},
                nodes={"a": wait("1d", "end")})  # fmt: skip
    town.happen("u1", "Ordered")
    assert [run.reason for run in town.runs("second")] == ["end"]
    assert [run.reason for run in town.runs("third")] == ["exit_when"]


@pytest.mark.parametrize(("outcome", "reason"), [("sent", "end"), ("failed", "failed")])
def test_with_wait_receipt_a_run_waits_for_the_result(
    town: Town, outcome: str, reason: str
) -> None:
    nodes = {"a": say("b", wait_receipt=True, on_failed="exit"),
             "b": wait("1h", "end")}  # fmt: skip
    town.define("r", **BY_ORDER, nodes=nodes)
    town.happen("u1", "Ordered")
    town.advance(DAY)
    assert (town.runs("r")[0].node, town.runs("r")[0].status) == ("a", "waiting")
    town.deliver(outcome)
    assert town.runs("r")[0].node == ("b" if outcome == "sent" else "a")
    town.advance(DAY)
    assert town.runs("r")[0].reason == reason


def test_a_message_that_fails_later_ends_a_run_that_says_so(town: Town) -> None:
    for name, on_failed in (("stays", "advance"), ("leaves", "exit")):
        town.define(name, **BY_ORDER, nodes={"a": say("b", on_failed=on_failed),
                                             "b": wait("9d", "end")})  # fmt: skip
    town.happen("u1", "Ordered")
    assert town.deliver("failed") == 2
    assert town.runs("stays")[0].status == "waiting"
    assert town.runs("leaves")[0].reason == "failed"


def test_held_the_person_advances_or_exits(town: Town) -> None:
    warm = {"touch": "commercial"}  # nobody has consented
    for name, on_held in (("stays", "advance"), ("leaves", "exit")):
        town.define(name, **BY_ORDER, nodes={"a": say("b", on_held=on_held, **warm), "b": say()})
    town.happen("u1", "Ordered")
    assert [m.reason for m in town.messages("u1") if m.node == "a"] == ["no_consent"] * 2
    assert [run.reason for run in town.runs("stays")] == ["end"]
    assert [run.reason for run in town.runs("leaves")] == ["held"]


def test_a_pause_sends_nothing_and_keeps_the_clock(town: Town) -> None:
    town.define("p", **BY_ORDER, nodes={"a": wait("1d", "b"), "b": say("c"), "c": wait("1d", "d"),
                                        "d": say()})  # fmt: skip
    town.happen("u1", "Ordered")
    town.pause("p")
    town.happen("u2", "Ordered")  # enters meanwhile
    town.advance(5 * DAY)
    assert town.asked("u1") == town.asked("u2") == []
    town.happen("u3", "Ordered")
    town.resume("p")
    assert town.asked("u1") == town.asked("u2") == ["b"], "what came due is done at once"
    assert town.asked("u3") == []
    town.advance(DAY)
    assert (town.asked("u1"), town.asked("u3")) == (["b", "d"], ["b"])


def test_a_pause_keeps_what_is_queued_in_the_outbox(town: Town) -> None:
    town.define("p", **BY_ORDER, nodes={"a": say()})
    town.happen("u1", "Ordered")
    town.pause("p")
    assert town.deliver() == 0
    town.resume("p")
    assert town.deliver() == 1


def test_conditions_are_heard_while_paused(town: Town) -> None:
    town.define("p", **BY_ORDER, nodes=WAITING, exit_when={"did": "Left"})
    for user in ("u1", "u2", "u3"):
        town.happen(user, "Ordered")
    town.pause("p")
    town.happen("u1", "Paid")
    town.happen("u2", "Left")
    town.advance(2 * DAY)
    town.happen("u3", "Paid")  # too late
    town.resume("p")
    assert [town.asked(user) for user in ("u1", "u2", "u3")] == [["paid"], [], ["late"]]


def test_a_new_version_puts_people_where_its_map_says(town: Town) -> None:
    town.define("j", **BY_ORDER, nodes={"a": say("pause"), "pause": wait("3d", "b"), "b": say()})
    town.happen("u1", "Ordered")
    town.advance(DAY)
    new = {"a": say("rest"), "rest": wait("5d", "b"), "b": say(template="offer")}
    town.redefine("j", {"pause": "rest"}, **BY_ORDER, nodes=new)
    (run,) = town.runs("j")
    assert (run.node, run.version, run.due) == ("rest", 2, NOON + 5 * DAY)
    assert {name: visit.count for name, visit in run.visits.items()} == {"a": 1, "rest": 1}
    town.advance(5 * DAY)
    assert [(m.node, m.template) for m in town.messages("u1")] == [("a", "hello"), ("b", "offer")]


def test_a_removed_node_ends_its_peoples_runs(town: Town) -> None:
    town.define("j", **BY_ORDER, nodes={"a": say("pause"), "pause": wait("3d", "b"), "b": say()})
    town.happen("u1", "Ordered")
    town.redefine("j", **BY_ORDER, nodes={"a": say("b"), "b": say()})
    assert [run.reason for run in town.runs("j")] == ["node_removed"]
    assert town.told("coterie.journey.exited")[-1]["reason"] == "node_removed"
    town.advance(9 * DAY)
    assert town.asked("u1") == ["a"]


def test_nothing_is_sent_again_and_what_is_new_is_sent(town: Town) -> None:
    nodes = {"a": say("pause"), "pause": wait("3d", "b"), "b": say("c"), "c": wait("1d", "end")}
    town.define("j", **BY_ORDER, nodes=nodes)
    town.happen("u1", "Ordered")
    without = {"a": say("b"), "b": say("c"), "c": wait("1d", "end")}
    town.redefine("j", {"pause": "a"}, **BY_ORDER, nodes=without)
    assert town.asked("u1") == ["a", "b"], "she has had a, and goes on from it"
    town.redefine("j", {"c": "b"}, **BY_ORDER, nodes={"a": say("b"), "b": say()})
    assert town.asked("u1") == ["a", "b"]
    assert town.runs("j")[0].reason == "end"


def test_a_new_version_asks_its_rules_of_those_who_wait(town: Town) -> None:
    nodes = {"a": wait("3d", "b"), "b": say()}
    town.define("j", **BY_ORDER, nodes=nodes)
    town.identify("u1", vip=True)
    town.happen("u1", "Ordered")
    town.happen("u2", "Ordered")
    town.redefine("j", **BY_ORDER, nodes=nodes, exit_when=VIP)
    assert [run.reason for run in town.runs("j")] == ["exit_when", None]


def test_a_map_that_names_what_is_not_there_is_refused(town: Town) -> None:
    nodes = {"a": wait("3d", "b"), "b": say()}
    town.define("j", **BY_ORDER, nodes=nodes)
    for node_map in ({"x": "a"}, {"a": "x"}):
        with pytest.raises(Invalid, match="no node 'x'"):
            town.redefine("j", node_map, **BY_ORDER, nodes=nodes)
    with pytest.raises(NotFound):
        town.redefine("other", **BY_ORDER, nodes=nodes)


def test_a_segment_that_was_deleted_stops_no_road(town: Town) -> None:
    town.segment("vip", VIP)
    town.define("j", **BY_ORDER, exit_when={"in_segment": "vip"},
                nodes={"a": wait("1d", "b"), "b": say()})  # fmt: skip
    town.define("s", entry={"segment": "vip"}, start="a", reentry="while_in_segment",
                nodes={"a": wait("1d", "end")})  # fmt: skip
    town.identify("u1", vip=True)
    with town.database.begin(CLOCK, town.now) as work:
        moves: list[Move] = town.segments.delete(work, "vip")
    town.stir(moves)
    town.happen("u1", "Ordered")
    town.advance(2 * DAY)
    assert town.asked("u1") == ["b"]
    assert [run.reason for run in town.runs("s")] == ["end"]


def test_counts_say_where_people_are_and_how_they_ended(town: Town) -> None:
    town.define("j", **BY_ORDER, exit_when={"did": "Left"},
                nodes={"a": wait("1d", "b"), "b": say("c"), "c": wait("1d", "end")})  # fmt: skip
    for user in ("u1", "u2", "u3"):
        town.happen(user, "Ordered")
    town.happen("u3", "Left")
    town.advance(DAY)
    town.happen("u4", "Ordered")
    counts = town.counts("j")
    assert (counts.entered, counts.waiting, counts.shadows) == (4, 3, 0)
    assert counts.nodes == {"c": 2, "a": 1}
    assert counts.ended == {"exit_when": 1}


def test_journeys_are_listed_and_kept_as_they_were_written(town: Town) -> None:
    body = {**BY_ORDER, "title": {"zh": "召回"}, "nodes": {"a": say()}}
    town.define("b", **body)
    town.define("a", **body)
    with town.read() as work:
        assert [each.slug for each in town.journeys.all(work)] == ["a", "b"]
        found = town.journeys.get(work, "b")
        assert (found.source, found.version, found.state) == (body, 1, "active")
        with pytest.raises(NotFound):
            town.journeys.get(work, "c")
        with pytest.raises(NotFound):
            town.journeys.runs(work, "c")


def test_a_crowd_is_woken_in_portions_each_person_once(town: Town) -> None:
    town.journeys.portion = 3
    town.define("j", **BY_ORDER, nodes={"a": wait("1h", "b"), "b": say()})
    users = [f"u{number}" for number in range(8)]
    town.carry([town.event(user, "Ordered") for user in users])
    town.now += HOUR
    with town.database.begin(CLOCK, town.now) as work:
        town.journeys.wake(work)
        assert town.journeys.next_due(work) == town.now, "more are due"
    town.advance(0)
    assert [town.asked(user) for user in users] == [["b"]] * 8


def test_a_batch_costs_the_same_number_of_queries_for_few_and_for_many(town: Town) -> None:
    town.define("j", **BY_ORDER, reentry="after_exit", exit_when={"did": "Left"},
                nodes={"a": say("b"), "b": wait("1h", "c"), "c": say()})  # fmt: skip
    costs = []
    for number in (25, 75):
        events = [town.event(f"n{number}-{one}", "Ordered") for one in range(number)]
        with town.database.begin(CLOCK, town.now) as work:
            fresh = town.log.append(work, town.profiles.recognise(work, events))
            town.profiles.learn(work, fresh)
            statements: list[str] = []
            count(work.connection, statements)
            town.journeys.hear(work, fresh, [])
        costs.append(len(statements))
    assert costs[0] == costs[1]


def count(connection: Any, statements: list[str]) -> None:
    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
