"""R-050: who tasted at entry level in the past month hears of the intermediate course, once."""

from typing import Any

from coterie.testing import House
from stories.conftest import OpenHouse
from stories.wire import at_work, consent, fates, say, track, wait

NOW = "2026-02-01T02:00:00Z"
BOUGHT: dict[str, Any] = {
    "did": "Order Completed",
    "where": [{"property": "course", "op": "=", "value": "intermediate"}],
}
READY = {
    "all": [
        {
            "did": "Tasting Attended",
            "where": [{"property": "level", "op": "=", "value": "entry"}],
            "within": "30d",
        },
        {"not": BOUGHT},
    ]
}
COURSE = {
    "entry": {"segment": "ready"},
    "exit_when": {**BOUGHT, "since": "entry"},
    "start": "pause",
    "nodes": {"pause": wait("2h", "course"), "course": say("informational")},
}


def lay_out(house: House) -> None:
    house.define_segment("ready", READY)
    house.receive([consent(user) for user in ("u1", "u2", "u3", "u4")])


def test_exactly_one_message_for_a_taster_of_the_last_thirty_days(open_house: OpenHouse) -> None:
    house = open_house(at=NOW)
    lay_out(house)
    house.receive([
        track("u1", "Tasting Attended", at="2026-01-31T20:00:00Z", level="entry"),
        track("u2", "Tasting Attended", at="2026-01-01T00:00:00Z", level="entry"),
        track("u3", "Tasting Attended", at="2026-02-01T01:00:00Z", level="entry"),
        track("u4", "Tasting Attended", at="2026-02-01T01:00:00Z", level="master"),
    ])  # fmt: skip
    house.define_journey("course", COURSE)
    house.advance(hours=1)
    house.receive([track("u3", "Order Completed", course="intermediate")])
    house.receive([track("u1", "Tasting Attended", level="entry")])
    house.advance(days=60)
    assert fates(house, "u1") == [("course", "sent", None)]
    assert fates(house, "u2") == [], "day -31"
    assert fates(house, "u3") == [], "bought before the send"
    assert fates(house, "u4") == [], "another level"
    assert {run.person: run.reason for run in house.runs("course")} == {
        "u1": "end", "u3": "exit_when",
    }  # fmt: skip


def test_the_thirtieth_day_is_in_to_the_millisecond() -> None:
    with at_work(at=NOW) as house:
        lay_out(house)
        house.receive([
            track("u1", "Tasting Attended", at="2026-01-02T02:00:00.000Z", level="entry"),
            track("u2", "Tasting Attended", at="2026-01-02T01:59:59.999Z", level="entry"),
        ])  # fmt: skip
        house.define_journey("course", COURSE)
        assert [run.person for run in house.runs("course")] == ["u1"]
