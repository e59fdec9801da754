"""A window that runs out with no new event moves its people, and the journey that waits for it."""

from stories.conftest import OpenHouse
from stories.wire import consent, track

DAY = 86_400


def test_who_falls_silent_is_called_back_within_the_second(open_house: OpenHouse) -> None:
    with open_house(at="2026-01-01T09:00:00Z") as house:
        house.define_segment("silent", {"not": {"did": "*", "within": "1d"}})
        house.define_template("hello", text="We miss you")
        house.define_journey(
            "call-back",
            {
                "entry": {"segment": "silent"},
                "start": "hello",
                "nodes": {
                    "hello": {"do": "message", "channel": "sandbox", "touch": "service",
                              "template": "hello", "then": "end"},
                },
            },
        )  # fmt: skip
        house.receive([consent("ada"), track("ada", "Article Read")])
        house.advance(seconds=DAY)
        assert house.members("silent") == set(), "the last moment of the window still counts"
        assert house.sent("ada") == []
        house.advance(milliseconds=1)
        assert house.members("silent") == {"ada"}
        assert [one.journey for one in house.sent("ada")] == ["call-back"]
