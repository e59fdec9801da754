"""Outcomes, days and hours out of a real house's log, each counted by hand beside it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from coterie.analytics.service import Analytics
from coterie.analytics.store import Drawn
from coterie.communities.coming.service import expiring, left_out
from coterie.core.clock import DAY, HOUR
from coterie.core.ids import bucket
from coterie.journeys.coming.service import dues
from coterie.profiles.reach.service import reachable
from coterie.testing import House

PEOPLE = [f"u{number}" for number in range(60)]
START = "2026-01-05T04:00:00Z"


def track(person: str, event: str, **more: Any) -> dict[str, Any]:
    return {"type": "track", "userId": person, "event": event, **more}


@pytest.fixture
def house() -> Iterator[House]:
    """Sixty people who agreed; a journey that half of them are held out of."""
    with House(at=START, holdout=0) as made:
        made.receive([track(one, "Consent Given") for one in PEOPLE])
        made.define_template("hello", text="Hello")
        made.define_journey(
            "welcome",
            {
                "entry": {"event": "Signed Up"},
                "start": "say",
                "nodes": {
                    "say": {
                        "do": "message", "channel": "sms", "template": "hello",
                        "touch": "informational", "then": "pause",
                    },
                    "pause": {"do": "wait", "for": "3d", "then": "again"},
                    "again": {
                        "do": "message", "channel": "sms", "template": "hello",
                        "touch": "informational", "then": "end",
                    },
                },
                "holdout": 50,
            },
        )  # fmt: skip
        made.receive([track(one, "Signed Up") for one in PEOPLE])
        yield made


def arms(house: House) -> tuple[list[str], list[str]]:
    """Tell by their messages who was treated and who is in the control group."""
    status = {one: [message.status for message in house.sent(one)] for one in PEOPLE}
    held_out = [one for one in PEOPLE if status[one][0] == "shadow"]
    return [one for one in PEOPLE if one not in held_out], held_out


def lift(house: House, **asked: Any) -> Any:
    with house._look() as work:
        return house.app.analytics.lifts(work, house.app.clock.now(), **asked)["journey:welcome"]


def did(house: House, people: Sequence[str], event: str = "Order Completed") -> None:
    house.receive([track(one, event) for one in people])


def test_each_arm_counts_who_did_it_within_the_window(house: House) -> None:
    treated, held_out = arms(house)
    assert len(held_out) > 15
    house.advance(days=2)
    did(house, [*treated[:12], *held_out[:3]])
    house.advance(days=13)
    found = lift(house)
    assert (found.treated.people, found.treated.did) == (len(treated), 12)
    assert (found.held_out.people, found.held_out.did) == (len(held_out), 3)
    assert found.treated.first_day[1] == 12, "at the 48th hour the second day ends"
    assert sum(found.treated.first_day) == 12
    assert found.difference == pytest.approx(12 / len(treated) - 3 / len(held_out))


def test_before_the_window_is_over_nobody_counts(house: House) -> None:
    treated, held_out = arms(house)
    did(house, treated)
    house.advance(days=13)
    found = lift(house)
    assert (found.treated.people, found.treated.waiting) == (0, len(treated))
    assert (found.held_out.waiting, found.doubt) == (len(held_out), "nobody")
    assert lift(house, window_days=7).treated.people == len(treated)


def test_what_comes_after_the_window_or_before_the_message_does_not_count(house: House) -> None:
    treated, _ = arms(house)
    house.advance(days=1)
    earlier = "2026-01-05T03:59:00Z"
    house.receive([track(treated[0], "Order Completed", timestamp=earlier)])
    house.advance(days=14)
    did(house, treated)
    house.advance(days=30)
    assert lift(house).treated.did == 0
    assert lift(house, window_days=30).treated.did == len(treated)


def test_who_was_in_both_arms_counts_in_neither(house: House) -> None:
    treated, held_out = arms(house)
    house.advance(hours=1)
    house.merge(treated[0], held_out[0])
    house.merge(treated[1], treated[2])
    house.advance(days=15)
    with house._look() as work:
        named = house.app.messaging.contaminated(work)
        runs = house.app.journeys.contaminated(work)
        assert house.app.journeys.counts(work, "welcome").contaminated == 2
        assert house.app.journeys.tallies(work)["welcome"].contaminated == 2
    assert [(f"journey:{slug}", who) for slug, who in runs] == named
    found = lift(house, mixed=named)
    assert found.contaminated == 1
    assert found.treated.people == len(treated) - 2
    assert found.held_out.people == len(held_out) - 1


def test_clicks_on_our_links_and_consent_are_no_outcome(house: House) -> None:
    treated, _ = arms(house)
    house.advance(days=1)
    did(house, treated, "Link Clicked")
    did(house, treated, "Consent Given")
    house.advance(days=15)
    assert lift(house).treated.did == 0
    assert lift(house, event="Link Clicked").treated.did == len(treated), "asked for by name"


def test_a_chosen_event_is_the_only_one_that_counts(house: House) -> None:
    treated, held_out = arms(house)
    house.advance(days=1)
    did(house, treated[:5])
    did(house, held_out[:4], "Article Read")
    house.advance(days=15)
    found = lift(house, event="Article Read")
    assert (found.treated.did, found.held_out.did) == (0, 4)


def test_an_answer_is_kept_until_the_log_takes_something_in_or_for_a_minute(house: House) -> None:
    house.advance(days=15)
    before = lift(house)
    with house._look() as work:
        mark = house.app.log.watermark(work)
        assert house.app.log.watermark(work) == mark
    late = "2026-01-06T00:00:00Z"
    house.receive([track(one, "Order Completed", timestamp=late) for one in PEOPLE])
    assert lift(house).treated.did == 0, "in a busy house an answer may be a minute old"
    house.advance(minutes=2)
    after = lift(house)
    assert before.treated.did == 0
    assert after.treated.did == after.treated.people > 0
    with house._look() as work:
        assert house.app.log.watermark(work) != mark


def test_who_was_drawn_first_into_an_arm_stays_in_it(house: House) -> None:
    _, held_out = arms(house)
    with house._look() as work:
        source = dict(house.app.journeys.get(work, "welcome").source)
    house.advance(days=4)
    house.redefine_journey("welcome", source | {"holdout": 0, "reentry": "after_exit"})
    house.receive([track(one, "Signed Up") for one in held_out])
    assert any(one.status == "sent" for one in house.sent(held_out[0])), "written to after all"
    house.advance(days=12)
    found = lift(house)
    assert found.held_out.people == len(held_out)
    assert found.held_out.did == len(held_out), "signing up again is doing something"


def test_what_was_asked_for_is_in_no_arm(house: House) -> None:
    house.define_journey(
        "receipt",
        {
            "entry": {"event": "Order Completed"},
            "start": "say",
            "nodes": {
                "say": {
                    "do": "message", "channel": "sms", "template": "hello", "touch": "service",
                    "then": "end",
                },
            },
        },
    )  # fmt: skip
    did(house, PEOPLE)
    house.advance(days=15)
    with house._look() as work:
        assert set(house.app.analytics.lifts(work, house.app.clock.now())) == {"journey:welcome"}


def test_a_community_counts_everybody_it_drew_the_gate_asked_or_not(house: House) -> None:
    house.define_segment("readers", {"did": "Signed Up"})
    for silent in PEOPLE[:10]:
        house.consent(silent, given=False)
    house.define_community(
        "tea",
        {
            "title": "Tea", "promise": "One a week", "kind": "interest", "segment": "readers",
            "invitation": {
                "channel": "sms", "template": "hello", "touch": "informational", "holdout": 40,
            },
        },
    )  # fmt: skip
    with house._look() as work:
        profiles = house.app.profiles
        known = profiles.known(work, profiles.everyone(work), fading=())
        keys = [one.bucket_key for one in known.values()]
    out = [key for key in keys if bucket("community:tea", key) < 4_000]
    house.advance(days=1)
    did(house, PEOPLE)
    house.advance(days=15)
    with house._look() as work:
        drawn = [Drawn(f"community:{one.community}", one.profile, one.at) for one in left_out(work)]
        found = house.app.analytics.lifts(work, house.app.clock.now(), left_out=drawn)
    tea = found["community:tea"]
    assert tea.held_out.people == tea.held_out.did == len(out)
    assert tea.treated.people == tea.treated.did == len(PEOPLE) - len(out)


def test_days_are_the_brands_and_count_facts_by_origin(house: House) -> None:
    treated, held_out = arms(house)
    house.advance_to("2026-01-06T15:59:00Z")  # 23:59 on the 6th in Shanghai
    did(house, PEOPLE[:7])
    house.advance_to("2026-01-06T16:01:00Z")
    did(house, PEOPLE[:2])
    with house._look() as work:
        days = house.app.analytics.days(work, date(2026, 1, 7), 3)
        assert days.of("Order Completed") == [0, 7, 2]
        assert days.of("*") == [120, 7, 2]
        assert days.of("*", people=True) == [60, 7, 2]
        assert days.of("coterie.message.sent", "journey:welcome") == [len(treated), 0, 0]
        assert days.of("coterie.message.shadow") == [len(held_out), 0, 0]
        assert days.names() == ["Consent Given", "Signed Up", "Order Completed"]
        assert [str(day) for day in days.dates] == ["2026-01-05", "2026-01-06", "2026-01-07"]
        heat = house.app.analytics.heat(work, date(2026, 1, 7), 3)
        assert heat[1][23] == 7
        assert heat[2][0] == 2
        assert sum(map(sum, heat)) == 129
        assert house.app.analytics.hours(work, date(2026, 1, 7)) == {
            "Order Completed": [2, *[0] * 23]
        }


def test_what_comes_by_itself_is_counted_by_its_moment(house: House) -> None:
    now = house.app.clock.now()
    with house._look() as work:
        coming = dues(work, now, now + 7 * DAY)
        assert sum(one.people for one in coming) == len(PEOPLE)
        assert {(one.journey, one.node) for one in coming} == {("welcome", "pause")}
        assert all(abs(one.at - (now + 3 * DAY)) < HOUR for one in coming)
        assert dues(work, now, now + 2 * DAY) == []
        assert expiring(work, now, now + 90 * DAY) == []


def test_reach_is_consent_and_address_on_each_channel(house: House) -> None:
    house.consent("u1", given=False)
    house.consent("u2", given=False, channel="email")
    for one in ("u1", "u2", "u3"):
        house.receive([{"type": "identify", "userId": one, "traits": {"email": f"{one}@x.cn"}}])
    house.receive([{"type": "identify", "userId": "u4", "traits": {"email": "u4@x.cn"}}])
    house.receive([{"type": "identify", "userId": "u4", "traits": {"email": None}}])
    with house._look() as work:
        found = reachable(work, house.app.profiles.directory, {"email": "email", "sms": None})
        names = house.app.profiles.user_ids(work, found["email"])
    assert set(names.values()) == {"u3"}
    assert len(found["sms"]) == len(PEOPLE) - 1


def test_one_analytics_forgets_the_oldest_answers(house: House) -> None:
    analytics = Analytics(house.app.log, house.app.zone)
    with house._look() as work:
        for day in range(1, 32):
            for length in (8, 9, 10):
                analytics.days(work, date(2026, 1, day), length)
    assert len(analytics._answers) <= 64
