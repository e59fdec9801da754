"""The rule language through a whole house: windows, late and future events, time that passes."""

from typing import Any

import pytest

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.testing import House
from stories.conftest import OpenHouse
from stories.wire import MONDAY, at_work, fates, identify, on, tag, track, utc


def test_the_example_of_the_harness() -> None:
    with House(at="2026-01-01T00:00:00Z", zone="Asia/Shanghai") as house:
        house.receive([
            {"type": "identify", "userId": "u1", "traits": {"city": "Shanghai"}},
            {"type": "track", "userId": "u1", "event": "Article Read",
             "properties": {"item": "barolo-101"}, "timestamp": "2025-12-31T23:00:00Z"},
        ])  # fmt: skip
        house.define_item("barolo-101", kind="article", topics=["wine/italy/piedmont"])
        house.define_segment(
            "italy", {"did": "Article Read", "topic": "wine/italy", "within": "30d"}
        )
        assert house.members("italy") == {"u1"}
        assert house.why("u1", "italy").holds
        house.advance(days=31)
        assert house.members("italy") == set()
        assert not house.why("u1", "italy").holds
        assert house.traits("u1") == {"city": "Shanghai"}
        assert house.traits("nobody") == {}
        assert house.events("u1")[0].event == "Article Read"
        assert house.facts() == [] and house.sent("u1") == []


def test_a_window_is_exact_to_the_millisecond(open_house: OpenHouse) -> None:
    house = open_house(at="2026-01-30T23:59:59.999Z")
    house.define_segment("recent", {"did": "Article Read", "within": "30d"})
    house.receive([track("u1", "Article Read", at="2026-01-01T00:00:00.000Z")])
    house.advance(milliseconds=1)
    assert house.members("recent") == {"u1"}, "now - 30d is still in"
    house.advance(milliseconds=1)
    assert house.members("recent") == set()


def test_a_span_of_dates_is_half_open_in_the_brands_zone() -> None:
    with at_work(at="2026-02-01T00:00:00Z") as house:
        house.receive([
            track("u1", "A", at="2025-12-31T16:00:00Z"),
            track("u2", "A", at="2026-01-09T15:59:59.999Z"),
            track("u3", "A", at="2026-01-09T16:00:00Z"),
            track("u4", "A", at="2025-12-31T15:59:59.999Z"),
        ])  # fmt: skip
        house.define_segment("span", {"did": "A", "between": ["2026-01-01", "2026-01-10"]})
        house.define_segment("since", {"did": "A", "since": "2026-01-10"})
        house.define_segment("before", {"did": "A", "before": "2026-01-01"})
        assert house.members("span") == {"u1", "u2"}
        assert house.members("since") == {"u3"}
        assert house.members("before") == {"u4"}


def test_a_late_event_counts_from_its_own_time() -> None:
    with at_work() as house:
        house.define_segment("twice", {"did": "A", "within": "30d", "count": {">=": 2}})
        house.receive([track("u1", "A")])
        house.receive([track("u1", "A", at="2025-12-10T00:00:00Z")])
        assert house.members("twice") == {"u1"}
        house.advance_to("2026-01-09T00:00:00Z")
        assert house.members("twice") == {"u1"}
        house.advance(milliseconds=1)
        assert house.members("twice") == set()


def test_an_event_from_the_future_counts_when_its_time_has_come(open_house: OpenHouse) -> None:
    house = open_house()
    house.define_segment("did", {"did": "Go"})
    house.define_journey("by-event", on("Go"))
    house.define_journey("by-segment", {**on("Go"), "entry": {"segment": "did"}})
    house.receive([track("u1", "Go", at="2026-01-06T02:00:00Z")])
    house.advance(days=1, milliseconds=-1)
    assert house.members("did") == set() and house.sent("u1") == []
    assert house.score("u1", "activity") == 0
    house.advance(milliseconds=1)
    assert house.members("did") == {"u1"}
    assert [one.at for one in house.sent("u1")] == [utc("2026-01-06T02:00:00Z")] * 2
    assert house.score("u1", "activity") > 0


def test_an_event_from_the_future_does_not_stand_in_the_way_of_one_of_today() -> None:
    with at_work() as house:
        house.define_journey("welcome", on("Go"))
        house.receive([track("u1", "Go", at="2026-01-08T02:00:00Z")])
        assert house.runs("welcome") == [], "it has not happened yet"
        house.receive([track("u1", "Go")])
        assert [one.at for one in house.sent("u1")] == [utc(MONDAY)]


def test_two_events_from_the_future_each_start_their_run() -> None:
    with at_work() as house:
        house.define_journey("welcome", {**on("Go"), "reentry": "after_exit"})
        house.receive([
            track("u1", "Go", at="2026-01-06T02:00:00Z"),
            track("u1", "Go", at="2026-01-07T02:00:00Z"),
        ])  # fmt: skip
        house.advance(days=3)
        assert len(house.sent("u1")) == 2


def test_history_moves_segments_and_starts_nothing() -> None:
    with at_work() as house:
        house.define_segment("did", {"did": "Go"})
        house.define_journey("by-event", on("Go"))
        house.define_journey("by-segment", {**on("Go"), "entry": {"segment": "did"}})
        house.receive([
            track("old", "Go", at="2026-01-04T01:59:59.999Z"),
            track("new", "Go", at="2026-01-04T02:00:00Z"),
        ])  # fmt: skip
        assert house.members("did") == {"old", "new"}
        assert fates(house, "old") == []
        assert len(house.sent("new")) == 2


def test_history_starts_nothing_though_something_else_happened_today() -> None:
    with at_work() as house:
        house.define_segment("did", {"did": "Go"})
        house.define_journey("by-segment", {**on("Go"), "entry": {"segment": "did"}})
        house.receive([identify("u1", city="Rome"), track("u1", "Go", at="2026-01-01T00:00:00Z")])
        assert house.members("did") == {"u1"}
        assert fates(house, "u1") == []


def test_time_may_start_what_history_may_not() -> None:
    with at_work() as house:
        lapsed = {"all": [{"did": "A"}, {"not": {"did": "A", "within": "5d"}}]}
        house.define_segment("lapsed", lapsed)
        house.define_journey("wake", {**on("A"), "entry": {"segment": "lapsed"}})
        house.receive([track("u1", "A", at="2026-01-02T00:00:00Z")])
        house.advance(days=10)
        assert len(house.sent("u1")) == 1


def test_a_trait_is_what_the_newest_said() -> None:
    with at_work() as house:
        house.define_segment("rome", {"trait": "city", "op": "=", "value": "Rome"})
        house.receive([identify("u1", at="2026-01-05T01:00:00Z", city="Rome", floor=1)])
        house.receive([identify("u1", at="2026-01-05T00:00:00Z", city="Bari", door=2)])
        assert house.traits("u1") == {"city": "Rome", "floor": 1, "door": 2}
        assert house.members("rome") == {"u1"}
        house.receive([identify("u1", city=None)])
        assert "city" not in house.traits("u1")
        assert house.members("rome") == set()


def test_of_two_values_said_at_one_moment_the_one_said_last_stands() -> None:
    for _ in range(3):
        with at_work() as house:
            house.receive([identify("u1", city="Bari"), identify("u1", city="Rome")])
            assert house.traits("u1") == {"city": "Rome"}
            house.receive([identify("u1", city="Turin")])
            assert house.traits("u1") == {"city": "Turin"}


def test_a_tag_put_on_and_taken_off_at_one_moment_is_off() -> None:
    for number in range(5):
        with at_work() as house:
            house.receive([identify(f"u{number}")])
            house.tag(f"u{number}", "vip")
            house.untag(f"u{number}", "vip")
            assert house.tags(f"u{number}") == set()


def test_what_journeys_do_at_one_moment_stands_in_their_order() -> None:
    with at_work() as house:
        house.define_journey(
            "level",
            on(
                "Go",
                "one",
                one={"do": "set", "trait": "level", "value": 1, "then": "on"},
                on={"do": "tag", "tag": "vip", "then": "two"},
                two={"do": "set", "trait": "level", "value": 2, "then": "off"},
                off={"do": "untag", "tag": "vip", "then": "end"},
            ),
        )
        for number in range(6):
            house.receive([track(f"u{number}", "Go")])
            assert house.traits(f"u{number}") == {"level": 2}
            assert house.tags(f"u{number}") == set()


def test_a_star_means_what_came_through_a_door() -> None:
    with at_work() as house:
        house.define_segment("any", {"did": "*"})
        house.define_segment("twice", {"did": "*", "count": {">=": 2}})
        house.define_journey(
            "win",
            on("Go", "won", won={"do": "emit", "event": "Won", "properties": {}, "then": "end"}),
        )
        house.receive([identify("u1", city="Rome")])
        assert house.members("any") == set()
        house.receive([track("u1", "Go")])
        assert house.members("any") == {"u1"}
        assert house.members("twice") == set(), "our own facts are asked by name"


def test_unchanged_for_does_not_restart_when_the_same_is_said_again() -> None:
    with at_work() as house:
        rule = {"trait": "status", "op": "unchanged_for", "duration": "7d", "value": "trying"}
        house.define_segment("stuck", rule)
        house.receive([identify("u1", status="trying")])
        house.advance(days=3)
        house.receive([identify("u1", status="trying")])
        house.advance(days=4, milliseconds=-1)
        assert house.members("stuck") == set()
        house.advance(milliseconds=1)
        assert house.members("stuck") == {"u1"}
        house.receive([identify("u1", status="paying")])
        assert house.members("stuck") == set()


def test_a_day_begins_at_the_brands_midnight() -> None:
    with at_work(at="2026-01-05T15:59:59.999Z") as house:
        house.define_segment("today", {"trait": "due", "op": "on_day", "value": "today"})
        house.define_segment("birthday", {"trait": "born", "op": "anniversary", "value": 0})
        house.receive([identify("u1", due="2026-01-06", born="1990-01-06")])
        assert house.members("today") == house.members("birthday") == set()
        house.advance(milliseconds=1)
        assert house.members("today") == house.members("birthday") == {"u1"}
        house.advance(days=1)
        assert house.members("today") == house.members("birthday") == set()


def test_a_segment_of_a_segment_follows_it() -> None:
    with at_work() as house:
        house.define_segment("base", {"did": "A", "within": "1d"})
        house.define_segment("rest", {"not": {"in_segment": "base"}})
        house.receive([track("u1", "A")])
        assert house.members("rest") == set()
        house.advance(days=1, milliseconds=1)
        assert house.members("rest") == {"u1"}
        house.redefine_segment("base", {"everyone": True})
        assert house.members("rest") == set()
        with pytest.raises(Conflict, match="rest"):
            house.delete_segment("base")
        house.delete_segment("rest")
        house.delete_segment("base")
        with pytest.raises(NotFound):
            house.members("base")


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"all": [{"everyone": True}, {"did": "A", "within": "30 days"}]}, "all[1].did.within"),
        ({"any": [{"did": "A", "wihtin": "30d"}]}, "any[0].did.wihtin"),
        ({"did": "A", "count": {">=": "five"}}, "did.count.>="),
        ({"in_segment": "nowhere"}, "in_segment"),
        ({"in_segment": "round"}, "in_segment"),
        ({"trait": "a", "op": "matches", "value": "(?=x)"}, "trait.value"),
        ({"everyone": False}, "everyone"),
    ],
)
def test_a_fault_is_named_with_its_path(rule: dict[str, Any], path: str) -> None:
    with at_work() as house:
        with pytest.raises(Invalid) as refused:
            house.define_segment("round", rule)
        assert refused.value.path == path
        assert refused.value.hint or path == "did.count.>="


def test_an_empty_tree_is_refused_with_the_cure() -> None:
    with at_work() as house, pytest.raises(Invalid, match="everyone"):
        house.define_segment("nobody", {})


def test_a_refused_item_raises_and_the_rest_is_kept() -> None:
    with at_work() as house:
        with pytest.raises(Invalid, match="names no event") as refused:
            house.receive([{"type": "track", "userId": "u1"}, track("u2", "A")])
        assert refused.value.path == "[0]"
        assert len(house.events("u2")) == 1
        house.receive([{"type": "track", "userId": "u1"}, track("u2", "A")], strict=False)
        assert len(house.events("u2")) == 2
        with pytest.raises(Invalid):
            house.receive([track("u3", "A")] * 2_501)
        assert house.events("u3") == []


def test_a_known_visitor_keeps_what_she_did_before() -> None:
    with at_work() as house:
        house.define_segment("did", {"did": "A"})
        house.receive([{"type": "track", "anonymousId": "visitor", "event": "A"}])
        assert house.members("did") == {"visitor"}
        house.alias("visitor", "u1")
        assert house.members("did") == {"u1"}
        assert house.events("u1")[0].event == "A"


def test_an_edit_lets_people_enter_and_leave() -> None:
    with at_work() as house:
        house.receive([identify("u1", level=1), identify("u2", level=2)])
        house.define_segment("chosen", {"trait": "level", "op": "=", "value": 1})
        house.define_journey("j", {**on("x", "t", t=tag("was in")), "entry": {"segment": "chosen"}})
        house.redefine_segment("chosen", {"trait": "level", "op": "=", "value": 2})
        assert house.members("chosen") == {"u2"}
        assert house.tags("u2") == {"was in"}
