"""R-040, R-041: activity rises with every touch, fades with time, and who sleeps is won back."""

import pytest

from stories.conftest import OpenHouse
from stories.wire import at_work, consent, fates, say, track, wait

WIN_BACK = """
name: win-back
entry: {segment: sleeping}
reentry: never
exit_when: {did: "Order Completed", since: entry}
present: true
holdout: 0
start: hello
nodes:
  hello:  {do: message, channel: email, template: hello, touch: emotional, then: pause}
  pause:  {do: wait, for: 3d, then: look}
  look:   {do: split, if: {did: "Article Read", since: entry}, yes: end, no: offer}
  offer:  {do: message, channel: email, template: hello, touch: commercial, expires: 2d,
           on_held: advance, then: end}
"""


def test_one_event_more_never_lowers_activity_and_a_half_life_halves_it() -> None:
    with at_work() as house:
        before = 0.0
        for _ in range(5):
            house.receive([track("u1", "Article Read"), track("u1", "Article Shared")])
            assert house.score("u1", "activity") > before
            before = house.score("u1", "activity")
        house.advance(days=14)
        assert house.score("u1", "activity") == pytest.approx(before / 2, abs=1e-6)


def test_a_thousand_likes_on_one_day_are_capped() -> None:
    with at_work() as house:
        house.receive([track("u1", "Liked") for _ in range(1_000)])
        house.receive([track("u2", "Liked") for _ in range(10)])
        assert house.score("u1", "activity") == house.score("u2", "activity")


def test_activity_does_not_depend_on_the_order_of_arrival() -> None:
    events = [
        {**track("u1", "Article Read", at=f"2026-01-0{day}T0{hour}:00:00Z"),
         "messageId": f"{day}-{hour}"}
        for day in (1, 2, 3)
        for hour in (1, 5, 9)
    ]  # fmt: skip
    with at_work() as house, at_work() as other:
        house.receive(events)
        for event in reversed(events):
            other.receive([event])
        assert house.score("u1", "activity") == other.score("u1", "activity") > 0


def test_a_segment_of_the_active_is_left_as_activity_fades() -> None:
    with at_work() as house:
        house.define_segment("active", {"trait": "scores.activity", "op": ">=", "value": 1})
        house.receive([track("u1", "Article Read")])
        house.advance(days=14)
        assert house.members("active") == {"u1"}
        house.advance(seconds=2)
        assert house.members("active") == set(), "within a second of the moment, to six decimals"


def test_the_sleeping_are_won_back(open_house: OpenHouse) -> None:
    house = open_house()
    house.define_segment("sleeping", {"did": "Order Completed", "within": "30d", "count": {"=": 0}})
    house.receive([consent(user) for user in ("reads", "buys", "sleeps")])
    house.define_journey("win-back", WIN_BACK)
    house.advance(days=1)
    house.receive([track("reads", "Article Read"), track("buys", "Order Completed")])
    house.advance(days=4)
    assert fates(house, "reads") == [("hello", "sent", None)]
    assert fates(house, "buys") == [("hello", "sent", None)]
    assert fates(house, "sleeps") == [("hello", "sent", None), ("offer", "sent", None)]
    assert {run.person: run.reason for run in house.runs("win-back")} == {
        "reads": "end", "buys": "exit_when", "sleeps": "end",
    }  # fmt: skip


def test_who_falls_asleep_enters_at_that_very_moment() -> None:
    with at_work() as house:
        house.define_segment("sleeping", {"not": {"did": "*", "within": "30d"}})
        house.define_journey("wake", {
            "entry": {"segment": "sleeping"}, "start": "w",
            "nodes": {"w": wait("1h", "hello"), "hello": say()},
        })  # fmt: skip
        house.receive([track("u1", "Article Read")])
        house.advance(days=30)
        assert house.runs("wake") == []
        house.advance(milliseconds=1)
        [run] = house.runs("wake")
        assert run.entered == house.now
