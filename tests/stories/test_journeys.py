"""Journeys, semantics 2 to 10 of their reference, told through a whole house."""

from typing import Any

import pytest

from coterie.core.errors import Invalid
from stories.conftest import OpenHouse
from stories.wire import (
    MONDAY,
    at_work,
    consent,
    fates,
    identify,
    on,
    say,
    sent_at,
    tag,
    track,
    utc,
    wait,
)

CHOSEN = {"trait": "chosen", "op": "=", "value": True}


def by_segment(start: str = "hello", /, **nodes: Any) -> dict[str, Any]:
    return {**on("x", start, **nodes), "entry": {"segment": "chosen"}}


# --- 2 leaving


def test_leaving_the_entry_segment_does_not_end_a_run() -> None:
    with at_work() as house:
        house.define_segment("chosen", CHOSEN)
        house.receive([identify("u1", chosen=True)])
        house.define_journey("welcome", by_segment("w", w=wait("1d", "hello"), hello=say()))
        house.receive([identify("u1", chosen=False)])
        house.advance(days=1)
        assert len(house.sent("u1")) == 1


def test_exit_when_ends_a_run_inside_a_wait_at_once(open_house: OpenHouse) -> None:
    house = open_house()
    house.define_journey("welcome", {
        **on("Go", "w", w=wait("1d", "hello"), hello=say()),
        "exit_when": {"did": "Buy", "since": "entry"},
    })  # fmt: skip
    house.receive([track("u1", "Buy")])
    house.advance(hours=1)
    house.receive([track("u1", "Go")])
    [run] = house.runs("welcome")
    assert (run.status, run.node) == ("waiting", "w"), "what she bought before is not since entry"
    house.receive([track("u1", "Buy")])
    [run] = house.runs("welcome")
    assert (run.status, run.reason) == ("ended", "exit_when")
    house.advance(days=2)
    assert house.sent("u1") == []


def test_exit_when_comes_true_by_time_alone() -> None:
    with at_work() as house:
        house.define_journey("welcome", {
            **on("Go", "w", w=wait("2d", "hello"), hello=say()),
            "exit_when": {"not": {"did": "Go", "within": "1d"}},
        })  # fmt: skip
        house.receive([track("u1", "Go")])
        house.advance(days=1)
        assert house.runs("welcome")[0].status == "waiting"
        house.advance(milliseconds=1)
        assert house.runs("welcome")[0].reason == "exit_when"


# --- waits


def test_wait_until_a_weekday_in_the_persons_zone() -> None:
    with at_work() as house:
        until = {"do": "wait", "until": "20:00", "days": ["thu"], "then": "hello"}
        house.define_journey("thursday", on("Go", "w", w=until, hello=say()))
        house.receive([identify("ny", timezone="America/New_York"), identify("x", timezone="Mars")])
        house.receive([track(user, "Go") for user in ("u1", "ny", "x")])
        house.advance(days=10)
        assert sent_at(house, "u1") == [utc("2026-01-08T12:00:00Z")]
        assert sent_at(house, "ny") == [utc("2026-01-09T01:00:00Z")]
        assert sent_at(house, "x") == sent_at(house, "u1"), "an unknown zone is the brand's"


def test_wait_until_now_passes_at_once() -> None:
    with at_work(at="2026-01-08T12:00:00Z") as house:
        until = {"do": "wait", "until": "20:00", "then": "hello"}
        house.define_journey("evening", on("Go", "w", w=until, hello=say()))
        house.receive([track("u1", "Go")])
        house.advance(milliseconds=1)
        house.receive([track("u2", "Go")])
        house.advance(days=2)
        assert sent_at(house, "u1") == [utc("2026-01-08T12:00:00Z")]
        assert sent_at(house, "u2") == [utc("2026-01-09T12:00:00Z")]


def test_a_time_that_the_clocks_skip_or_repeat() -> None:
    with at_work(at="2026-03-28T12:00:00Z", zone="Europe/Berlin") as house:
        until = {"do": "wait", "until": "02:30", "then": "hello"}
        house.define_journey("night", on("Go", "w", w=until, hello=say()))
        house.receive([track("u1", "Go")])
        house.advance_to("2026-10-24T12:00:00Z")
        house.receive([track("u2", "Go")])
        house.advance(days=2)
        assert sent_at(house, "u1") == [utc("2026-03-29T01:00:00Z")], "the next valid minute"
        assert sent_at(house, "u2") == [utc("2026-10-25T00:30:00Z")], "the first of the two"


def test_wait_until_a_property_of_the_event_else_the_trait() -> None:
    with at_work() as house:
        until = {"do": "wait", "until_property": "ends", "offset": "-2d", "then": "hello"}
        house.define_journey("trial", on("Go", "w", w=until, hello=say()))
        house.receive([
            identify("trait", ends="2026-01-10T00:00:00Z"),
            track("iso", "Go", ends="2026-01-10T00:00:00Z"),
            track("s", "Go", ends=1_768_003_200),
            track("ms", "Go", ends=1_768_003_200_000),
            track("past", "Go", ends="2026-01-01"),
            track("none", "Go"),
            track("words", "Go", ends="soon"),
        ])  # fmt: skip
        house.receive([track("trait", "Go")])
        for user in ("past", "none", "words"):
            assert sent_at(house, user) == [utc(MONDAY)], "does not wait"
        house.advance(days=7)
        for user in ("trait", "iso", "s", "ms"):
            assert sent_at(house, user) == [utc("2026-01-08T00:00:00Z")]


WAIT_FOR = {
    "do": "wait_for",
    "branches": [
        {"when": {"did": "A", "since": "entry"}, "then": "a"},
        {"when": {"any": [{"did": "A"}, {"did": "B", "since": "entry"}]}, "then": "b"},
    ],
    "timeout": "1d",
    "on_timeout": "c",
}


def test_wait_for_the_first_listed_wins_and_too_late_changes_nothing() -> None:
    with at_work() as house:
        house.define_journey("w", on("Go", "w", w=WAIT_FOR, a=tag("a"), b=tag("b"), c=tag("c")))
        house.receive([track(user, "Go") for user in ("u1", "u2", "u3", "u4")])
        house.advance(hours=1)
        house.receive([track("u1", "B"), track("u2", "A"), track("u2", "B")])
        house.advance(hours=23, milliseconds=-1)
        house.receive([track("u3", "A")])
        house.advance(milliseconds=1)
        house.receive([track("u4", "A")])
        house.receive([track("u4", "A", at="2026-01-05T03:00:00Z")])
        tags = {user: set(house.tags(user)) for user in ("u1", "u2", "u3", "u4")}
        assert tags == {"u1": {"b"}, "u2": {"a"}, "u3": {"a"}, "u4": {"c"}}


def test_wait_for_what_is_true_already_passes_at_once() -> None:
    with at_work() as house:
        house.receive([track("u1", "A")])
        house.advance(minutes=1)
        house.define_journey("w", on("Go", "w", w=WAIT_FOR, a=tag("a"), b=tag("b"), c=tag("c")))
        house.receive([track("u1", "Go")])
        assert house.tags("u1") == {"b"}


# --- acts


def test_what_a_run_does_it_sees_at_its_next_step() -> None:
    with at_work() as house:
        seen = [
            {"tag": "vip"},
            {"trait": "level", "op": "=", "value": 3},
            {"did": "Lifted", "where": [{"property": "to", "op": "=", "value": 3}]},
        ]
        acts = on(
            "Go",
            "mark",
            mark={"do": "tag", "tag": "vip", "then": "lift"},
            lift={"do": "set", "trait": "level", "value": 3, "then": "tell"},
            tell={"do": "emit", "event": "Lifted", "properties": {"to": 3}, "then": "look"},
            look={"do": "split", "if": {"all": seen}, "yes": "hello", "no": "end"},
            hello=say(),
        )
        house.define_journey("acts", acts)
        house.receive([track("u1", "Go")])
        assert len(house.sent("u1")) == 1
        assert "Lifted" in [fact.event for fact in house.facts()]


def test_a_random_draw_is_the_same_in_another_house() -> None:
    def draws() -> list[frozenset[str]]:
        with at_work() as house:
            ways = {"do": "random", "branches": [["a", 50], ["b", 50]]}
            house.define_journey("draw", on("Go", "r", r=ways, a=tag("a"), b=tag("b")))
            house.receive([track(f"u{number}", "Go") for number in range(40)])
            return [house.tags(f"u{number}") for number in range(40)]

    first = draws()
    assert 8 < sum("a" in tags for tags in first) < 32
    assert draws() == first


def test_a_loop_with_a_wait_goes_round_and_counts_its_visits() -> None:
    with at_work() as house:
        house.define_journey(
            "loop",
            on(
                "Go",
                "hello",
                hello=say(then="w"),
                w=wait("1d", "back"),
                back={"do": "jump", "to": "hello"},
            ),
        )
        house.receive([track("u1", "Go")])
        house.advance(days=5)
        assert len(house.sent("u1")) == 6
        assert house.runs("loop")[0].visits["hello"] == 6


# --- 6 failure, 7 pausing and editing, 8 and 10 once


def test_a_failing_provider_is_asked_again_with_the_same_key() -> None:
    with at_work() as house:
        house.define_journey(
            "welcome",
            on(
                "Go",
                "hello",
                hello=say(then="t", wait_receipt=True, on_failed="exit"),
                t=tag("heard"),
            ),
        )
        house.fail_channel("email", times=3)
        house.receive([track("u1", "Go")])
        assert house.tags("u1") == set(), "waits for the receipt"
        house.advance(hours=1)
        assert fates(house, "u1") == [("hello", "sent", None)]
        assert house.channels["email"].attempts == 4
        assert len(house.channels["email"].delivered) == 1
        assert house.tags("u1") == {"heard"}


@pytest.mark.parametrize(("on_failed", "tags"), [("advance", {"on"}), ("exit", set())])
def test_after_the_last_try_on_failed(on_failed: str, tags: set[str]) -> None:
    with at_work() as house:
        house.define_journey(
            "welcome",
            on(
                "Go",
                "hello",
                hello=say(then="w", on_failed=on_failed),
                w=wait("2d", "t"),
                t=tag("on"),
            ),
        )
        house.fail_channel("email", times=100)
        house.receive([track("u1", "Go")])
        house.advance(days=3)
        assert [status for _, status, _ in fates(house, "u1")] == ["failed"]
        assert house.tags("u1") == tags


def test_a_pause_stops_sending_while_waits_run_on() -> None:
    with at_work() as house:
        house.define_journey("welcome", on("Go", "w", w=wait("1d", "hello"), hello=say()))
        house.receive([track("u1", "Go")])
        house.pause_journey("welcome")
        house.receive([track("u2", "Go")])
        house.advance(days=2)
        assert house.sent("u1") == house.sent("u2") == []
        house.receive([track("u3", "Go")])
        house.resume_journey("welcome")
        assert sent_at(house, "u1") == sent_at(house, "u2") == [house.now], "at once"
        assert house.sent("u3") == []
        house.advance(days=1)
        assert len(house.sent("u3")) == 1


def test_an_edit_puts_people_where_the_map_says_and_sends_nothing_again() -> None:
    with at_work() as house:
        house.define_journey(
            "welcome", on("Go", "hello", hello=say(then="w"), w=wait("1d", "more"), more=say())
        )
        house.receive([track("u1", "Go")])
        house.advance(hours=1)
        edited = on("Go", "hello", hello=say(then="z"), z=wait("2d", "more"), more=say())
        house.redefine_journey("welcome", edited, {"w": "z"})
        assert len(house.sent("u1")) == 1
        house.advance(days=1, hours=23, milliseconds=-1)
        assert len(house.sent("u1")) == 1
        house.advance(milliseconds=1)
        assert [one.node for one in house.sent("u1")] == ["hello", "more"]
        house.receive([track("u2", "Go")])
        house.redefine_journey("welcome", on("Go"))
        last = house.runs("welcome")[-1]
        assert (last.person, last.status, last.reason) == ("u2", "ended", "node_removed")


def test_two_runs_at_one_node_at_one_moment_send_one() -> None:
    until = {"do": "wait", "until": "20:00", "then": "hello"}
    journey = on("Go", "w", w=until, hello=say()) | {"overlap": True, "reentry": "after_exit"}
    with at_work() as house:
        house.define_journey("plain", journey)
        house.define_journey("keyed", {**journey, "key": "k"})
        house.receive([track("u1", "Go", k="a")])
        house.advance(minutes=5)
        house.receive([track("u1", "Go", k="a"), track("u1", "Go", k="b")])
        house.advance(days=1)
        assert len(house.runs("plain")) == len(house.runs("keyed")) == 3
        sent = sorted((str(one.journey), str(one.key)) for one in house.sent("u1"))
        assert sent == [("keyed", "a"), ("keyed", "b"), ("plain", "None")]


# --- 9 holdout


def test_held_out_people_walk_as_shadows() -> None:
    people = [f"u{number}" for number in range(150)]
    with at_work(holdout=10) as house:
        house.receive([consent(user) for user in people])
        house.define_journey("care", on("Go", "hello", hello=say("emotional", "t"), t=tag("on")))
        house.define_journey("orders", on("Go"))
        house.receive([track(user, "Go") for user in people])
        care = [one for user in people for one in house.sent(user) if one.journey == "care"]
        orders = [one for user in people for one in house.sent(user) if one.journey == "orders"]
        shadows = [one for one in care if one.status == "shadow"]
        assert 4 <= len(shadows) <= 30
        assert {one.status for one in care} == {"shadow", "sent"}
        assert {one.status for one in orders} == {"sent"}, "service has no holdout"
        assert all("on" in house.tags(user) for user in people), "like is compared with like"
        delivered = len(house.channels["email"].delivered)
        assert delivered == len(care) - len(shadows) + len(orders)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"extra": 1}, "extra"),
        ({"start": "nowhere"}, "start"),
        ({"nodes": {"hello": say(then="nowhere")}}, "nodes.hello.then"),
        ({"nodes": {"hello": say(), "island": say()}}, "nodes.island"),
        ({"nodes": {"hello": say(then="hello")}}, "nodes.hello.then"),
        ({"nodes": {"hello": say(template="none")}}, "nodes.hello.template"),
        ({"nodes": {"hello": {"do": "dance", "then": "end"}}}, "nodes.hello.do"),
        ({"entry": {"segment": "none"}}, "entry.segment"),
        ({"exit_when": {"did": "A", "within": "soon"}}, "exit_when.did.within"),
        ({"holdout": 101}, "holdout"),
        ({"reentry": "always"}, "reentry"),
    ],
)
def test_a_faulty_journey_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    with at_work() as house:
        with pytest.raises(Invalid) as refused:
            house.define_journey("welcome", {**on("Go"), **change})
        assert refused.value.path == path
