"""Who enters a journey, and how often: semantics 1 of the journeys' reference."""

from typing import Any

import pytest

from coterie.core.errors import Invalid
from stories.wire import (
    at_work,
    identify,
    on,
    say,
    track,
    wait,
)

CHOSEN = {"trait": "chosen", "op": "=", "value": True}


def by_segment(start: str = "hello", /, **nodes: Any) -> dict[str, Any]:
    return {**on("x", start, **nodes), "entry": {"segment": "chosen"}}


def test_starting_picks_up_the_present_once_each_unless_told_not_to() -> None:
    with at_work() as house:
        house.define_segment("chosen", CHOSEN)
        house.receive([identify("u1", chosen=True), identify("u2", chosen=True)])
        house.define_journey("all", by_segment())
        house.define_journey("new", {**by_segment(), "present": False})
        house.receive([identify("u3", chosen=True), identify("u1", city="Rome")])
        assert {run.person for run in house.runs("all")} == {"u1", "u2", "u3"}
        assert [run.person for run in house.runs("new")] == ["u3"]


def test_by_default_nobody_comes_twice() -> None:
    with at_work() as house:
        house.define_journey("welcome", on("Go"))
        for _ in range(3):
            house.receive([track("u1", "Go")])
            house.advance(days=40)
        assert len(house.sent("u1")) == 1


def test_a_second_trigger_during_a_run_is_ignored_and_after_it_starts_again() -> None:
    with at_work() as house:
        journey = on("Go", "hello", hello=say(then="w"), w=wait("1d", "end"))
        house.define_journey("welcome", {**journey, "reentry": "after_exit"})
        house.receive([track("u1", "Go")])
        house.advance(hours=23)
        house.receive([track("u1", "Go")])
        house.advance(hours=1)
        assert len(house.sent("u1")) == 1, "the ignored one is not made up for"
        house.receive([track("u1", "Go")])
        assert len(house.sent("u1")) == 2


def test_overlap_lets_runs_go_side_by_side() -> None:
    with at_work() as house:
        journey = on("Go", "w", w=wait("1d", "hello"), hello=say())
        house.define_journey("welcome", {**journey, "overlap": True, "reentry": "after_exit"})
        for _ in range(3):
            house.receive([track("u1", "Go")])
            house.advance(hours=1)
        assert len(house.runs("welcome")) == 3
        house.advance(days=2)
        assert len(house.sent("u1")) == 3


def test_after_exit_a_segment_must_be_left_and_entered() -> None:
    with at_work() as house:
        house.define_segment("chosen", CHOSEN)
        house.define_journey("welcome", {**by_segment(), "reentry": "after_exit"})
        house.receive([identify("u1", chosen=True)])
        house.advance(hours=1)
        house.receive([identify("u1", chosen=True, city="Rome")])
        assert len(house.sent("u1")) == 1
        house.receive([identify("u1", chosen=False)])
        house.advance(hours=1)
        house.receive([identify("u1", chosen=True)])
        assert len(house.sent("u1")) == 2


def test_reentry_after_thirty_days_to_the_millisecond() -> None:
    with at_work() as house:
        house.define_journey("welcome", {**on("Go"), "reentry": {"after": "30d"}})
        house.receive([track("u1", "Go")])
        house.advance(days=30, milliseconds=-1)
        house.receive([track("u1", "Go")])
        assert len(house.sent("u1")) == 1
        house.advance(milliseconds=1)
        house.receive([track("u1", "Go")])
        assert len(house.sent("u1")) == 2


def test_while_in_segment_goes_round_until_she_leaves() -> None:
    with at_work() as house:
        house.define_segment("chosen", CHOSEN)
        house.receive([identify("u1", chosen=True)])
        journey = by_segment("hello", hello=say(then="w"), w=wait("7d", "end"))
        house.define_journey("weekly", {**journey, "reentry": "while_in_segment"})
        house.advance(days=22)
        assert len(house.sent("u1")) == 4
        house.receive([identify("u1", chosen=False)])
        house.advance(days=30)
        assert len(house.sent("u1")) == 4
        with pytest.raises(Invalid, match="wait"):
            house.define_journey("spin", {**by_segment(), "reentry": "while_in_segment"})


def test_one_run_per_key_value() -> None:
    with at_work() as house:
        house.define_journey("order", {
            **on("Order Created", "w", w=wait("1h", "hello"), hello=say()),
            "key": "order_id",
            "exit_when": {"did": "Order Paid", "same_key": True},
        })  # fmt: skip
        orders: list[Any] = [1, "2", "1", 3.0]
        house.receive([track("u1", "Order Created", order_id=one) for one in orders])
        house.receive([track("u1", "Order Created"), track("u1", "Order Paid", order_id="1")])
        house.advance(hours=2)
        assert [run.key for run in house.runs("order")][:2] == ["1", "2"]
        assert len(house.runs("order")) == 3
        assert house.sent("u1")[0].key == "2"
        assert {run.key: run.reason for run in house.runs("order")}["1"] == "exit_when"


def test_entry_by_topic_and_property() -> None:
    with at_work() as house:
        house.define_item("barolo", topics=["wine/italy"])
        long = [{"property": "seconds", "op": ">=", "value": 30}]
        house.define_journey("reader", {
            **on("Article Read"),
            "entry": {"event": "Article Read", "topic": "wine", "where": long},
        })  # fmt: skip
        house.receive([
            track("u1", "Article Read", item="barolo", seconds=10),
            track("u2", "Article Read", item="barolo", seconds=30),
            track("u3", "Article Read", item="else", seconds=30),
        ])  # fmt: skip
        assert [run.person for run in house.runs("reader")] == ["u2"]
