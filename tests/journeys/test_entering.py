"""Who starts a run, and how often (semantics 1, 8 and 9)."""

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import Conflict, Invalid
from coterie.core.event import Move
from coterie.journeys import store
from coterie.journeys.model import Run
from coterie.journeys.store import Beginning
from coterie.storage.database import Database
from journeys.town import NOON, Town, say, wait

VIP = {"trait": "vip", "op": "=", "value": True}
BY_ORDER = {"entry": {"event": "Ordered"}, "start": "a"}


def test_entering_the_segment_starts_one_run(town: Town) -> None:
    town.segment("vip", VIP)
    town.define("hi", entry={"segment": "vip"}, start="a", nodes={"a": say()})
    town.identify("u1", vip=True)
    town.identify("u2", vip=False)
    assert town.asked("u1") == ["a"]
    assert town.asked("u2") == []
    (run,) = town.runs("hi")
    assert (run.status, run.reason, run.entered, run.shadow) == ("ended", "end", NOON, False)
    assert town.told("coterie.journey.entered") == [
        {"journey": "hi", "run": run.id, "shadow": False}
    ]
    assert town.told("coterie.journey.exited") == [
        {"journey": "hi", "run": run.id, "shadow": False, "reason": "end"}
    ]


@pytest.mark.parametrize("present", [True, False])
def test_starting_a_journey_picks_up_the_present_population_once(town: Town, present: bool) -> None:
    town.segment("vip", VIP)
    for user in ("u1", "u2"):
        town.identify(user, vip=True)
    body = {"entry": {"segment": "vip"}, "start": "a", "nodes": {"a": say()}, "present": present}
    town.define("hi", **body)
    town.advance(DAY)
    assert [town.asked(user) for user in ("u1", "u2")] == [["a"] if present else []] * 2


def test_an_event_starts_a_run_when_its_tests_hold(town: Town) -> None:
    where = [{"property": "total", "op": ">=", "value": 100}]
    town.define("thanks", entry={"event": "Ordered", "where": where}, start="a",
                nodes={"a": say()})  # fmt: skip
    town.carry([town.event("u1", "Ordered", total=99, item="x"),
                town.event("u1", "Ordered", total=100, item="barolo")])  # fmt: skip
    (run,) = town.runs("thanks")
    assert run.cause is not None and run.cause.properties["total"] == 100
    (message,) = town.messages("u1")
    assert message.text == "hello barolo"


def test_backfill_starts_nothing(town: Town) -> None:
    town.segment("buyers", {"did": "Ordered"})
    town.define("by-event", entry={"event": "Ordered"}, start="a", nodes={"a": say()})
    town.define("by-segment", entry={"segment": "buyers"}, start="a", nodes={"a": say()})
    town.stir([Move("buyers", 1, True, NOON, backfill=True)])
    old = town.event("u1", "Ordered", at=NOON - 100 * DAY)
    town.carry([type(old)(**{**{f: getattr(old, f) for f in old.__struct_fields__},
                             "backfill": True})])  # fmt: skip
    assert town.runs("by-event") == [] and town.runs("by-segment") == []


def test_the_same_event_never_starts_two_runs(town: Town) -> None:
    town.define("a", **BY_ORDER, nodes={"a": say()}, reentry="after_exit")
    event = town.happen("u1", "Ordered")
    town.advance(HOUR)
    with town.database.begin(CLOCK, town.now) as work:
        again = type(event)(**{f: getattr(event, f) for f in event.__struct_fields__}
                            | {"profile": town.person(work, "u1")})  # fmt: skip
        town.journeys.hear(work, [again], [])  # past the log that knows it
    assert len(town.runs("a")) == 1


def test_never_is_once_for_ever(town: Town) -> None:
    town.define("a", **BY_ORDER, nodes={"a": say()})
    for _ in range(3):
        town.happen("u1", "Ordered")
        town.advance(DAY)
    assert town.asked("u1") == ["a"]


def test_after_exit_starts_with_the_next_event_after_the_end(town: Town) -> None:
    town.define("a", **BY_ORDER, reentry="after_exit", nodes={"a": wait("1d", "b"), "b": say()})
    town.happen("u1", "Ordered")
    town.advance(HOUR)
    town.happen("u1", "Ordered")  # ignored: the first run is live
    town.advance(2 * DAY)
    assert town.asked("u1") == ["b"]
    town.happen("u1", "Ordered")
    town.advance(2 * DAY)
    assert town.asked("u1") == ["b", "b"]


def test_after_exit_a_segment_must_be_left_and_entered(town: Town) -> None:
    town.segment("vip", VIP)
    town.define("a", entry={"segment": "vip"}, start="a", reentry="after_exit",
                nodes={"a": wait("1h", "b"), "b": say()})  # fmt: skip
    town.identify("u1", vip=True)
    town.advance(DAY)
    assert len(town.runs("a")) == 1
    town.identify("u1", vip=False)
    town.identify("u1", vip=True)
    town.advance(DAY)
    assert [run.reason for run in town.runs("a")] == ["end", "end"]


def test_reentry_after_a_while_counts_from_the_end(town: Town) -> None:
    town.define("a", **BY_ORDER, reentry={"after": "30d"},
                nodes={"a": wait("1d", "b"), "b": say()})  # fmt: skip
    town.happen("u1", "Ordered")
    town.advance(30 * DAY)  # 29 days after the end
    town.happen("u1", "Ordered")
    assert len(town.runs("a")) == 1
    town.advance(DAY)
    town.happen("u1", "Ordered")
    assert len(town.runs("a")) == 2


def test_while_in_segment_starts_again_until_she_leaves(town: Town) -> None:
    town.segment("vip", VIP)
    town.define("a", entry={"segment": "vip"}, start="a", reentry="while_in_segment",
                nodes={"a": say("b"), "b": wait("7d", "end")})  # fmt: skip
    town.identify("u1", vip=True)
    town.advance(15 * DAY)
    assert town.asked("u1") == ["a", "a", "a"]
    town.identify("u1", vip=False)
    town.advance(30 * DAY)
    assert town.asked("u1") == ["a", "a", "a"]
    assert town.counts("a").waiting == 0


def test_while_in_segment_never_spins_when_its_waits_are_over(town: Town) -> None:
    town.segment("vip", VIP)
    town.define("a", entry={"segment": "vip"}, start="a", reentry="while_in_segment",
                nodes={"a": {"do": "wait", "until_property": "none", "then": "end"}})  # fmt: skip
    town.identify("u1", vip=True)
    town.advance(10 * MINUTE)
    assert 2 <= len(town.runs("a")) <= 12


def test_a_second_trigger_is_ignored_unless_runs_may_overlap(town: Town) -> None:
    nodes = {"a": wait("1d", "b"), "b": say()}
    town.define("one", **BY_ORDER, nodes=nodes)
    town.define("many", **BY_ORDER, nodes=nodes, overlap=True)
    town.happen("u1", "Ordered")
    town.advance(HOUR)
    town.happen("u1", "Ordered")
    assert (town.counts("one").waiting, town.counts("many").waiting) == (1, 2)


def test_one_live_run_for_each_key_value_and_a_rule_may_ask_its_events_only(town: Town) -> None:
    paid = {"did": "Paid", "same_key": True}
    town.define("unpaid", **BY_ORDER, key="order_id", exit_when=paid,
                nodes={"a": wait("1d", "b"), "b": say()})  # fmt: skip
    for order in (7, "7", "8", "", None):
        town.happen("u1", "Ordered", order_id=order)
    town.happen("u1", "Ordered")
    assert [run.key for run in town.runs("unpaid")] == ["7", "8"]
    town.happen("u1", "Paid", order_id="7")
    town.advance(2 * DAY)
    assert [(run.key, run.reason) for run in town.runs("unpaid")] == [
        ("7", "exit_when"), ("8", "end"),
    ]  # fmt: skip
    assert [message.run_key for message in town.messages("u1")] == ["8"]


def test_two_runs_that_would_send_the_same_at_one_moment_send_one(town: Town) -> None:
    evening = {"a": {"do": "wait", "until": "20:00", "then": "b"}, "b": say()}
    town.define("plain", **BY_ORDER, nodes=evening, overlap=True)
    town.define("keyed", **BY_ORDER, nodes=evening, key="order_id")
    town.happen("u1", "Ordered", order_id="1")
    town.advance(HOUR)
    town.happen("u1", "Ordered", order_id="2")
    town.advance(DAY)
    origins = [(message.origin, message.run_key) for message in town.messages("u1")]
    assert sorted(origins, key=str) == [
        ("journey:keyed", "1"), ("journey:keyed", "2"), ("journey:plain", None),
    ]  # fmt: skip
    assert [run.reason for run in town.runs("plain")] == ["end", "end"]


def test_events_of_one_batch_are_judged_one_after_the_other(town: Town) -> None:
    stop = {"did": "Stopped", "since": "entry"}
    town.define("a", **BY_ORDER, reentry="after_exit", exit_when=stop,
                nodes={"a": wait("1d", "b"), "b": say()})  # fmt: skip
    town.happen("u1", "Ordered")
    town.advance(HOUR)
    now = town.now
    # the order before the stop is ignored: the first run was still live
    town.carry([town.event("u1", "Ordered", at=now - 2), town.event("u1", "Stopped", at=now - 1)])
    assert [run.reason for run in town.runs("a")] == ["exit_when"]
    # the order after the stop starts anew
    town.happen("u1", "Ordered")
    town.advance(HOUR)
    now = town.now
    town.carry([town.event("u1", "Stopped", at=now - 2), town.event("u1", "Ordered", at=now - 1)])
    assert [run.reason for run in town.runs("a")] == ["exit_when", "exit_when", None]


def test_what_happened_before_a_late_entry_arrived_is_honoured(town: Town) -> None:
    town.define("a", **BY_ORDER, exit_when={"did": "Paid", "since": "entry"}, nodes={"a": say()})
    town.happen("u1", "Paid", at=NOON - HOUR)
    town.happen("u1", "Ordered", at=NOON - 2 * HOUR)
    assert [run.reason for run in town.runs("a")] == ["exit_when"]
    assert town.asked("u1") == []


def test_held_out_people_walk_as_shadows_and_stay_so(database: Database, tmp_path: Path) -> None:
    town = Town(database, tmp_path, default_holdout=50)
    warm = say(touch="emotional")
    service = say("b")
    body = {"entry": {"event": "Ordered"}, "start": "a", "reentry": "after_exit",
            "nodes": {"a": service, "b": warm}}  # fmt: skip
    town.define("warm", **body)
    town.define("cold", entry={"event": "Ordered"}, start="a", nodes={"a": say()})
    users = [f"u{number}" for number in range(16)]
    for _ in range(2):
        town.carry([town.event(user, "Consent Given") for user in users])
        town.carry([town.event(user, "Ordered") for user in users])
        town.advance(DAY)
    counts = town.counts("warm")
    assert counts.entered == 32 and 4 <= counts.shadows <= 28
    assert town.counts("cold").shadows == 0, "nothing but service: nobody is held out"
    for user in users:
        first, second = town.runs("warm", user)
        assert first.shadow == second.shadow
        said = [(m.node, m.status) for m in town.messages(user) if m.origin == "journey:warm"]
        assert said == [("a", "queued"), ("b", "shadow" if first.shadow else "queued")] * 2


def test_the_written_holdout_counts_and_zero_is_none(database: Database, tmp_path: Path) -> None:
    town = Town(database, tmp_path, default_holdout=100)
    warm = {"a": say(touch="emotional")}
    town.define("all", **BY_ORDER, nodes=warm)
    town.define("none", **BY_ORDER, nodes=warm, holdout=0)
    town.happen("u1", "Ordered")
    assert (town.counts("all").shadows, town.counts("none").shadows) == (1, 0)


def test_the_database_keeps_one_start_for_each_cause_and_one_live_run_for_each_lane(
    town: Town,
) -> None:
    run = Run(id=0, journey="j", version=1, profile=1, node="a", entered=NOON)
    with town.database.begin(CLOCK, NOON) as work:
        begun = store.begin(
            work,
            [
                Beginning(run, "", "event:1"),
                Beginning(run, "", "event:2"),
                Beginning(run, "x", "event:1"),
                Beginning(run, "x", "event:3"),
            ],
        )
        assert set(begun) == {("j", "event:1"), ("j", "event:3")}
        rows = work.connection.execute(store.run_rows.select()).mappings().all()
    for same in ({"started_by": "event:1", "lane": "y"}, {"started_by": "event:4", "lane": "x"}):
        with pytest.raises(IntegrityError), town.database.begin(CLOCK, NOON) as work:
            work.insert(store.run_rows, [{**rows[0], "id": 99, **same}])


def test_a_name_is_taken_once(town: Town) -> None:
    town.define("a", **BY_ORDER, nodes={"a": say()})
    with pytest.raises(Conflict, match="redefine"):
        town.define("a", **BY_ORDER, nodes={"a": say()})


def test_what_a_journey_names_must_be_there(town: Town) -> None:
    cases = [
        ({"entry": {"segment": "none"}, "nodes": {"a": say()}}, "entry.segment"),
        ({"nodes": {"a": say(template="none")}}, "nodes.a.template"),
        ({"nodes": {"a": say()}, "exit_when": {"in_segment": "none"}}, "exit_when.in_segment"),
        ({"nodes": {"a": {"do": "set", "trait": "email", "value": "x", "then": "end"}}},
         "nodes.a.trait"),
    ]  # fmt: skip
    for body, path in cases:
        with pytest.raises(Invalid) as refusal:
            town.define("a", **{**BY_ORDER, **body})
        assert refusal.value.path == path
