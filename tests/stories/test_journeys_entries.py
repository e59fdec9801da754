"""How people enter journeys by the clock, by a list, by a program; told through a whole house."""

import pytest

from coterie.core.errors import Conflict, Invalid
from coterie.testing import House
from stories.conftest import OpenHouse
from stories.wire import at_work, identify, on, say, sent_at, utc

VIPS = {"trait": "vip", "op": "=", "value": True}
THURSDAYS = "FREQ=WEEKLY;BYDAY=TH;BYHOUR=5"


def weekly(recurrence: str = THURSDAYS, **more: object) -> dict[str, object]:
    return {**on("x"), "entry": {"schedule": recurrence, "for": VIPS, **more}}


def entered(house: House, journey: str) -> list[tuple[str, object]]:
    return [(run.person, run.entered) for run in house.runs(journey)]


# --- schedule


def test_thursday_at_five_in_tokyo_is_a_tokyo_thursday() -> None:
    with at_work() as house:
        house.receive([identify("u1", vip=True), identify("u2", vip=False)])
        house.define_journey("letter", {**weekly(zone="Asia/Tokyo"), "reentry": "after_exit"})
        assert house.runs("letter") == [], "nobody enters before its hour"
        house.advance(days=10)
        house.receive([identify("u2", vip=True)])
        house.advance(days=6)
        thursdays = [utc(f"2026-01-{day}T20:00:00Z") for day in ("07", "14", "21")]
        assert sent_at(house, "u1") == thursdays[:2]
        house.advance(days=1)
        assert sent_at(house, "u1") == thursdays
        assert sent_at(house, "u2") == thursdays[2:], "whom the rule has then, not before"


def test_occurrences_missed_while_nobody_was_at_work_bring_one() -> None:
    with at_work() as house:
        house.receive([identify("u1", vip=True)])
        house.define_journey("daily", {**weekly("FREQ=DAILY;BYHOUR=9"), "reentry": "after_exit"})
        house._clock.set(house._clock.now() + 5 * 86_400_000)  # the machine was off
        house.settle()
        assert entered(house, "daily") == [("u1", house.now)]
        house.advance(days=1)
        assert [at for _, at in entered(house, "daily")][1:] == [utc("2026-01-11T01:00:00Z")]


def test_a_new_rhythm_counts_from_its_publishing() -> None:
    with at_work() as house:
        house.receive([identify("u1", vip=True)])
        house.define_journey("letter", {**weekly(), "reentry": "after_exit"})
        house.advance(days=1)
        house.redefine_journey("letter", {**weekly("FREQ=DAILY;BYHOUR=9"), "reentry": "after_exit"})
        house.advance(days=2)
        assert sent_at(house, "u1") == [utc("2026-01-07T01:00:00Z"), utc("2026-01-08T01:00:00Z")]


# --- list


def test_who_newly_stands_on_a_list_starts(open_house: OpenHouse) -> None:
    house = open_house()
    house.receive([identify(user) for user in ("u1", "u2", "u3")])
    house.upload_list("guests", ["u1"])
    house.define_journey("evening", {**on("x"), "entry": {"list": "guests"}})
    assert [run.person for run in house.runs("evening")] == ["u1"], "who stands on it now"
    house.upload_list("guests", ["u1", "u2", "later"])
    assert [run.person for run in house.runs("evening")] == ["u1", "u2"]
    house.advance(days=1)
    house.receive([identify("later")])
    assert [run.person for run in house.runs("evening")] == ["u1", "u2", "later"], "she turned up"
    house.upload_list("guests", ["u3"])
    house.upload_list("guests", ["u1", "u3"])
    assert [run.person for run in house.runs("evening")] == ["u1", "u2", "later", "u3"]
    assert len(house.sent("u1")) == 1


def test_a_list_journey_may_leave_out_who_stands_on_it_already() -> None:
    with at_work() as house:
        house.receive([identify(user) for user in ("u1", "u2")])
        house.upload_list("guests", ["u1"])
        late = {**on("x"), "entry": {"list": "guests"}, "present": False}
        house.define_journey("evening", late)
        house.upload_list("guests", ["u1", "u2"])
        assert [run.person for run in house.runs("evening")] == ["u2"]
        with pytest.raises(Invalid) as refused:
            house.define_journey("other", {**late, "entry": {"list": "nobody"}})
        assert refused.value.path == "entry.list"


# --- api


def test_a_program_starts_runs_once_by_its_id(open_house: OpenHouse) -> None:
    house = open_house()
    house.receive([identify("u1", level="gold")])
    look = {
        "do": "wait", "until_property": "at", "offset": "-1h", "then": "hello",
    }  # fmt: skip
    called = {**on("x", "w", w=look, hello=say()), "entry": {"api": True}, "key": "order"}
    house.define_journey("ready", called | {"reentry": "after_exit"})
    ready = {"order": 7, "at": "2026-01-05T05:00:00Z"}
    assert house.call_journey("ready", "u1", ready, id="a") == "started"
    assert house.call_journey("ready", "u1", ready, id="a") == "duplicate"
    assert house.call_journey("ready", "u1", ready, id="b") == "not_started", "one run per key"
    assert house.call_journey("ready", "u1", {**ready, "order": 8}, id="c") == "started"
    assert house.call_journey("ready", "u1", {}, id="d") == "no_key"
    assert house.call_journey("ready", "nobody", ready) == "unknown"
    house.advance(days=1)
    assert sent_at(house, "u1") == [utc("2026-01-05T04:00:00Z")] * 2
    assert {run.key for run in house.runs("ready")} == {"7", "8"}
    assert house.call_journey("ready", "u1", ready, id="a") == "duplicate", "for ever"
    assert house.call_journey("ready", "u1", ready, id="e") == "started"
    house.define_journey("welcome", on("Go"))
    with pytest.raises(Conflict):
        house.call_journey("welcome", "u1")


# --- what all entries share


def test_a_paused_journey_takes_in_who_is_brought_and_holds_back() -> None:
    with at_work() as house:
        house.receive([identify("u1", vip=True)])
        house.define_journey("letter", weekly())
        house.pause_journey("letter")
        house.advance(days=4)
        assert len(house.runs("letter")) == 1
        assert house.sent("u1") == []
        house.resume_journey("letter")
        assert sent_at(house, "u1") == [house.now]
