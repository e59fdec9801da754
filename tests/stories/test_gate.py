"""The gate: consent, quiet hours, caps, competing messages; every held message says why."""

from typing import Any

import pytest

from coterie.testing import House
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


def care(**more: Any) -> dict[str, Any]:
    return {**on("Go", "hello", hello=say("emotional", **more)), "reentry": "after_exit"}


def test_unknown_consent_means_held_and_service_needs_none() -> None:
    with at_work() as house:
        house.define_journey("care", on("Go", "hello", hello=say("emotional", "t"), t=tag("on")))
        house.define_journey("order", on("Go"))
        house.receive([track("u1", "Go")])
        found = {one.journey: (one.status, one.reason) for one in house.sent("u1")}
        assert found == {"care": ("held", "no_consent"), "order": ("sent", None)}
        assert house.tags("u1") == {"on"}, "who is held advances"


def test_on_held_exit_ends_the_run() -> None:
    with at_work() as house:
        node = say("emotional", "t", on_held="exit")
        house.define_journey("care", on("Go", "hello", hello=node, t=tag("on")))
        house.receive([track("u1", "Go")])
        assert house.tags("u1") == set()
        assert [run.reason for run in house.runs("care")] == ["held"]


def test_consent_is_asked_again_when_the_message_goes_out() -> None:
    with at_work(at="2026-01-05T15:00:00Z") as house:
        node = say("emotional", "w", on_held="exit")
        house.define_journey("care", on("Go", "hello", hello=node, w=wait("30d", "end")))
        house.receive([consent("u1"), track("u1", "Go")])
        house.consent("u1", given=False)
        house.advance(days=1)
        assert fates(house, "u1") == [("hello", "held", "no_consent")]
        assert [run.reason for run in house.runs("care")] == ["held"]


@pytest.mark.parametrize(
    ("at", "goes_out"),
    [
        ("2026-01-05T13:59:59.999Z", "2026-01-05T13:59:59.999Z"),
        ("2026-01-05T14:00:00Z", "2026-01-06T00:00:00Z"),
        ("2026-01-05T23:59:59.999Z", "2026-01-06T00:00:00Z"),
        ("2026-01-06T00:00:00Z", "2026-01-06T00:00:00Z"),
    ],
)
def test_quiet_from_ten_to_eight(at: str, goes_out: str) -> None:
    with at_work(at=at) as house:
        house.define_journey("care", care())
        house.receive([consent("u1"), track("u1", "Go")])
        house.advance(days=1)
        assert sent_at(house, "u1") == [utc(goes_out)]


def test_quiet_hours_are_the_persons_and_service_knows_none() -> None:
    with at_work(at="2026-01-05T15:00:00Z") as house:
        house.define_journey("care", care())
        house.define_journey("order", on("Go"))
        house.receive([consent("london"), consent("u1")])
        house.receive([identify("london", timezone="Europe/London")])
        house.receive([track("london", "Go"), track("u1", "Go")])
        house.advance(days=1)
        at_night, morning = utc("2026-01-05T15:00:00Z"), utc("2026-01-06T00:00:00Z")
        assert sent_at(house, "london") == [at_night, at_night]
        assert sorted(sent_at(house, "u1")) == [at_night, morning]


def test_what_expires_before_the_morning_is_held() -> None:
    with at_work(at="2026-01-05T15:00:00Z") as house:
        house.define_journey("care", care(expires="2h"))
        house.receive([consent("u1"), track("u1", "Go")])
        house.advance(days=1)
        assert fates(house, "u1") == [("hello", "held", "expired")]


def test_two_a_day_and_ten_a_week_over_all_that_is_not_service() -> None:
    with at_work(at="2026-01-05T01:00:00Z") as house:
        house.receive([consent("u1")])
        house.define_journey("care", care())
        house.define_journey("order", {**on("Go"), "reentry": "after_exit"})
        for _ in range(7):
            for _ in range(3):
                house.receive([track("u1", "Go")])
                house.advance(hours=1)
            house.advance(hours=21)
        cared = [one.reason for one in house.sent("u1") if one.journey == "care"]
        assert cared[:15] == [None, None, "cap_day"] * 5
        assert cared[15:] == ["cap_week"] * 6
        assert all(one.status == "sent" for one in house.sent("u1") if one.journey == "order")


def test_a_day_is_the_persons_calendar_day() -> None:
    with at_work(at="2026-01-05T15:00:00Z", quiet_start="00:00", quiet_end="00:00") as house:
        house.receive([consent("u1")])
        house.define_journey("care", care())
        for _ in range(3):
            house.receive([track("u1", "Go")])
            house.advance(minutes=20)
        house.receive([track("u1", "Go")])
        assert [one.status for one in house.sent("u1")] == ["sent", "sent", "held", "sent"]


def test_the_cap_is_shared_and_the_first_come_have_it() -> None:
    with at_work() as house:
        house.receive([consent("u1")])
        for name in ("a", "b", "c"):
            house.define_journey(name, on(name, "hello", hello=say("informational")))
        for name in ("a", "b", "c"):
            house.receive([track("u1", name)])
            house.advance(minutes=2)
        found = {one.journey: one.status for one in house.sent("u1")}
        assert found == {"a": "sent", "b": "sent", "c": "held"}


TOUCHES = (("a", "commercial", 9), ("b", "informational", 1), ("c", "emotional", 0),
           ("d", "commercial", 10))  # fmt: skip


def test_of_one_moment_the_kinder_touch_and_then_the_value_win() -> None:
    with at_work() as house:
        house.receive([consent("u1")])
        for name, touch, value in TOUCHES:
            house.define_journey(name, on("Go", "hello", hello=say(touch, value=value)))
        house.receive([track("u1", "Go")])
        sent = {one.journey for one in house.sent("u1") if one.status == "sent"}
        assert sent == {"b", "c"}
        held = {one.reason for one in house.sent("u1") if one.status == "held"}
        assert held == {"cap_day"}


def competing(house: House) -> None:
    """Three journeys that speak at one moment, each come to it another way."""
    house.receive([consent("u1")])
    house.define_segment("went", {"did": "Go"})
    house.define_journey("event", on("Go", "hello", hello=say("commercial", value=1)))
    by_segment = on("x", "hello", hello=say("commercial", value=5))
    house.define_journey("segment", {**by_segment, "entry": {"segment": "went"}})
    ways = [{"when": {"did": "Go"}, "then": "hello"}]
    house.define_journey(
        "waiting", on("Pre", "w", w={"do": "wait_for", "branches": ways}, hello=say("emotional"))
    )
    house.receive([track("u1", "Pre")])
    house.advance(hours=1)


def test_whichever_way_they_came_messages_of_one_moment_compete() -> None:
    with at_work() as house:
        competing(house)
        house.receive([track("u1", "Go")])
        found = {one.journey: one.status for one in house.sent("u1")}
        assert found == {"waiting": "sent", "segment": "sent", "event": "held"}


def test_what_the_night_has_put_off_competes_for_the_morning() -> None:
    with at_work(at="2026-01-05T15:00:00Z") as house:
        house.receive([consent("u1")])
        for name, touch, value in TOUCHES:
            house.define_journey(name, on(name, "hello", hello=say(touch, value=value)))
        for name, _, _ in TOUCHES:
            house.receive([track("u1", name)])
            house.advance(minutes=10)
        house.advance(days=1)
        sent = {one.journey for one in house.sent("u1") if one.status == "sent"}
        assert sent == {"b", "c"}, "all four were due at eight"


def test_the_universal_holdout_is_the_gates() -> None:
    with at_work(universal_holdout=100) as house:
        house.receive([consent("u1")])
        house.define_journey("care", on("Go", "hello", hello=say("emotional", "s"), s=say()))
        house.receive([track("u1", "Go")])
        assert fates(house, "u1") == [("hello", "held", "holdout"), ("s", "sent", None)]


def test_a_template_sees_the_person_the_event_and_the_run() -> None:
    with at_work() as house:
        house.define_template(
            "hello",
            channel="email",
            subject="{{ event.properties.what }}",
            text="{{ traits.city }} {{ traits.firstName }} {{ profile.user_id }} {{ run.journey }}"
            " {{ brand.name }}[{{ traits.nothing }}]",
        )
        house.define_journey("welcome", on("Go"))
        house.receive([identify("u1", city="Rome", firstName="Ada"), track("u1", "Go", what="Hi")])
        [message] = house.sent("u1")
        assert message.subject == "Hi"
        assert message.text == "Rome Ada u1 welcome Coterie[]"
        assert message.at == utc(MONDAY)


def test_a_template_sees_the_scores() -> None:
    with at_work() as house:
        house.define_template("hello", channel="email", text="{{ traits['scores.activity'] }}")
        house.define_journey("welcome", on("Article Read"))
        house.receive([track("u1", "Article Read")])
        assert [one.text for one in house.sent("u1")] == ["2"]
