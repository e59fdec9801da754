"""Reach that respects people: whom we leave out, when we wait, what is too much of one kind."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coterie.campaigns.model import Plan
from coterie.core.actor import Actor
from coterie.core.errors import Invalid
from coterie.loyalty.coupons.model import Template
from coterie.messaging.gate import GateSettings, is_held_out
from coterie.testing import House
from coterie.testing.asking import TESTER
from stories.wire import MONDAY, at_work, consent, fates, identify, on, say, sent_at, track, utc

NEVER_QUIET = {"quiet_start": "00:00", "quiet_end": "00:00"}
ADA = Actor("person", "ada")
AS_OF_TEN = {"quiet_start": "22:00", "quiet_end": "06:00"}


@pytest.mark.parametrize(
    ("zone", "asked", "goes_out"),
    [
        ("Europe/Berlin", "2026-03-10T22:00:00Z", "2026-03-11T05:00:00Z"),
        ("Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T04:00:00Z"),  # clocks go forward
        ("Europe/Berlin", "2026-10-24T21:00:00Z", "2026-10-25T05:00:00Z"),  # and back
    ],
)
def test_eleven_at_night_goes_at_six_in_the_morning(zone: str, asked: str, goes_out: str) -> None:
    with at_work(at=asked, **AS_OF_TEN) as house:
        house.define_journey("care", on("Go", "hello", hello=say("emotional")))
        house.receive([consent("u1"), identify("u1", timezone=zone), track("u1", "Go")])
        house.advance(days=1)
        assert sent_at(house, "u1") == [utc(goes_out)]
        assert sent_at(house, "u1")[0].astimezone(ZoneInfo(zone)).hour == 6


def test_thursday_at_five_in_tokyo_is_a_thursday_of_tokyo() -> None:
    """It is still Wednesday for the brand's own clock in London."""
    with at_work(at="2026-01-06T00:00:00Z", zone="Europe/London", **NEVER_QUIET) as house:
        early = {"do": "wait", "until": "05:00", "days": ["thu"], "then": "hello"}
        house.define_journey("early", on("Go", "early", early=early, hello=say("emotional")))
        house.receive([consent("u1"), identify("u1", timezone="Asia/Tokyo"), track("u1", "Go")])
        house.advance(days=7)
        assert sent_at(house, "u1") == [utc("2026-01-07T20:00:00Z")]


def test_a_persons_store_tells_her_zone_where_she_does_not() -> None:
    with at_work(at="2026-01-06T00:00:00Z", **NEVER_QUIET) as house:
        house.define_item("ginza", kind="store", properties={"timezone": "Asia/Tokyo"})
        house.define_item("bund", kind="store", properties={"timezone": "nowhere"})
        at_five = {"do": "wait", "until": "05:00", "then": "hello"}
        house.define_journey("early", on("Go", "early", early=at_five, hello=say("emotional")))
        for user, traits in (
            ("tokyo", {"store": "ginza"}),
            ("traveller", {"store": "ginza", "timezone": "Europe/London"}),
            ("home", {"store": "bund"}),
        ):
            house.receive([consent(user), identify(user, **traits), track(user, "Go")])
        house.advance(days=2)
        assert sent_at(house, "tokyo") == [utc("2026-01-06T20:00:00Z")]
        assert sent_at(house, "traveller") == [utc("2026-01-06T05:00:00Z")]
        assert sent_at(house, "home") == [utc("2026-01-06T21:00:00Z")]


def test_quiet_hours_are_those_of_her_store() -> None:
    with at_work(at="2026-01-05T13:30:00Z") as house:  # 21:30 in Shanghai, 22:30 in Tokyo
        house.define_item("ginza", kind="store", properties={"timezone": "Asia/Tokyo"})
        house.define_journey("care", on("Go", "hello", hello=say("emotional")))
        house.receive([consent("u1"), identify("u1", store="ginza"), track("u1", "Go")])
        house.advance(days=1)
        assert sent_at(house, "u1") == [utc("2026-01-05T23:00:00Z")]


def test_a_lunch_offer_is_not_sent_the_next_day() -> None:
    with at_work(at="2026-01-05T03:00:00Z") as house:  # eleven in the morning
        house.define_journey("lunch", on("Go", "hello", hello=say("commercial", expires="150m")))
        house.receive([consent("noon"), consent("night"), track("noon", "Go")])
        house.advance_to("2026-01-05T15:00:00Z")  # eleven at night
        house.receive([track("night", "Go")])
        house.advance(days=2)
        assert fates(house, "noon") == [("hello", "sent", None)]
        assert fates(house, "night") == [("hello", "held", "expired")]


def test_a_lunch_offer_that_the_channel_could_not_take_is_not_sent_the_next_day() -> None:
    with at_work(at="2026-01-05T03:00:00Z") as house:
        house.define_journey("lunch", on("Go", "hello", hello=say("commercial", expires="150m")))
        house.fail_channel("email", times=99)
        house.receive([consent("u1"), track("u1", "Go")])
        house.advance(hours=3)
        house.fail_channel("email", times=0)
        house.advance(days=2)
        assert [one.status for one in house.sent("u1")] != ["sent"]
        assert house.channels["email"].delivered == {}


# --- whom we leave out


def test_who_is_left_out_gets_nothing_commercial_by_any_path() -> None:
    """By journeys, broadcasts, invitations of communities: all paths lead through one gate."""
    people = [f"u{n}" for n in range(24)]
    with at_work(universal_holdout=40, cap_day=50, cap_week=500, **NEVER_QUIET) as house:
        house.define_item("etna", kind="article", topics=["wine"])
        house.define_segment("all", {"did": "Go"})
        for touch in ("commercial", "emotional", "informational", "service"):
            house.define_journey(touch, on("Go", "hello", hello=say(touch)))
            house.define_journey(
                f"by-segment-{touch}",
                {**on("x", "hello", hello=say(touch)), "entry": {"segment": "all"}},
            )
        house.define_community(
            "wine", {"title": "Wine", "promise": "A glass", "segment": "all", "invitation": {
                "channel": "email", "template": "hello", "touch": "commercial"}})  # fmt: skip
        house.receive([call for user in people for call in (consent(user), track(user, "Go"))])
        broadcast(house, Plan("Sale", "all", "hello", "email", "commercial"))
        house.advance(days=1)
        out = {user for user in people if is_out(house, user)}
        assert 4 <= len(out) <= 18, "a real part of them"
        for user in people:
            touches = {one.touch for one in messages_of(house, user) if one.status == "sent"}
            assert touches == ({"service"} if user in out else {
                "commercial", "emotional", "informational", "service"})  # fmt: skip
            ways = {one.origin.split(":")[0] for one in messages_of(house, user)}
            assert ways == {"journey", "broadcast", "community"}
        delivered = house.channels["email"].delivered.values()
        assert len(delivered) == sum(
            one.status == "sent" for user in people for one in messages_of(house, user)
        )


def is_out(house: House, user: str) -> bool:
    with house.app.db.read(ADA, house.app.clock.now()) as work:
        profile = house.app.profiles.find(work, "user_id", user)
        assert profile is not None
        key = house.app.profiles.known(work, [profile])[profile].bucket_key
        return is_held_out(key, GateSettings(holdout=40))


def broadcast(house: House, plan: Plan) -> None:
    now = house.app.clock.now()
    with house.app.db.begin(ADA, now) as work:
        drafted = house.app.campaigns.draft(work, plan, 1)
        house.app.campaigns.ask(work, drafted.id, 1)
    house.settle()


def messages_of(house: House, user: str) -> Any:
    with house.app.db.read(ADA, house.app.clock.now()) as work:
        profile = house.app.profiles.find(work, "user_id", user)
        assert profile is not None
        return house.app.messaging.of_person(work, profile)


# --- what is too much of one kind, and of no interest


def set_ceiling(house: House, scope: str, percent: int) -> None:
    with house.app.db.begin(ADA, house.app.clock.now()) as work:
        house.app.messaging.mixing.set_ceiling(work, scope, percent)


def test_in_an_interest_group_one_offer_a_month_unless_five_kind_words_lie_between() -> None:
    with at_work() as house:
        house.define_community("wine", {"title": "Wine", "promise": "A glass"})
        set_ceiling(house, "kind:interest", 30)
        for touch in ("commercial", "emotional"):
            house.define_journey(
                touch, {**on(touch, "hello", hello=say(touch)), "reentry": "after_exit"}
            )
        house.receive([consent("member"), consent("other")])
        with house.app.db.begin(ADA, house.app.clock.now()) as work:
            profile = house.app.profiles.find(work, "user_id", "member")
            assert profile is not None
            joined = house.app.communities.join(work, "wine", [profile], "console")
            house.app.inbound.tell(work, joined)
        house.settle()
        for touch in ("commercial", "commercial", *["emotional"] * 5, "commercial"):
            house.receive([track("member", touch), track("other", touch)])
            house.advance(days=1)
        offers = [one for one in house.sent("member") if one.journey == "commercial"]
        assert [(one.status, one.reason) for one in offers] == [
            ("sent", None), ("held", "mix"), ("sent", None),
        ]  # fmt: skip
        assert {one.status for one in house.sent("other")} == {"sent"}, "no ceiling is hers"


def test_who_cares_too_little_is_left_in_peace() -> None:
    with at_work() as house:
        house.define_item("etna", kind="article", topics=["wine/italy"])
        node = say("commercial", relevance={"topic": "wine/italy", "least": 0.5})
        house.define_journey("offer", on("Go", "hello", hello=node))
        house.receive([consent("fan"), consent("stranger")])
        house.receive([track("fan", "Article Read", item="etna") for _ in range(4)])
        house.receive([track("fan", "Go"), track("stranger", "Go")])
        assert fates(house, "fan") == [("hello", "sent", None)]
        assert fates(house, "stranger") == [("hello", "held", "irrelevant")]


def test_the_house_can_ask_for_interest_in_what_an_offer_is_about() -> None:
    with at_work(interest_floor=0.5) as house:
        house.define_item("etna", kind="wine", topics=["wine/italy"])
        house.define_item("medoc", kind="wine", topics=["wine/france"])
        house.define_item("glass", kind="thing")
        house.define_journey("offer", on("Wine Looked At", "hello", hello=say("commercial")) | {
            "reentry": "after_exit"})  # fmt: skip
        house.receive([consent("fan")])
        house.receive([track("fan", "Article Read", item="etna") for _ in range(4)])
        for item in ("etna", "medoc", "glass"):
            house.receive([track("fan", "Wine Looked At", item=item)])
            house.advance(days=1)
        found = [(one.status, one.reason) for one in house.sent("fan")]
        assert found[0] == found[2] == ("sent", None), "without a topic nothing is asked"


# --- emotional plays


def test_an_emotional_play_carries_no_discount() -> None:
    wish = on("Birthday", "hello", hello=say("emotional", template="wish"))
    with at_work() as house:
        house.define_template("wish", text="Happy birthday!\nHere is a coupon for you")
        with pytest.raises(Invalid) as refused:
            house.define_journey("birthday", wish)
        assert refused.value.path == "nodes.hello.template"
        assert "coupon" in refused.value.message and "line 2" in refused.value.message
        house.define_segment("all", {"did": "Go"})
        with pytest.raises(Invalid, match="coupon"):
            broadcast(house, Plan("Wish", "all", "wish", "email", "emotional"))
        invitation = {"channel": "email", "template": "wish", "touch": "emotional"}
        about = {"title": "Wine", "promise": "A glass", "segment": "all", "invitation": invitation}
        with pytest.raises(Invalid, match="coupon"):
            house.define_community("wine", about)
        house.define_template("wish", text="Happy birthday!")
        house.define_journey("birthday", wish)
        with house.app.db.begin(TESTER, house.app.clock.now()) as work:
            ten = Template(slug="ten", titles={"en": "10"}, kind="amount", amount=10_0000)
            house.app.growing.coupons.define(work, ten)
        give = {"do": "act", "action": "coupon", "arguments": {"template": "ten"}, "then": "end"}
        wish["nodes"] = {**wish["nodes"], "give": give}
        wish["nodes"]["hello"] = {**wish["nodes"]["hello"], "then": "give"}
        with pytest.raises(Invalid, match="advertisement") as gift:
            house.define_journey("birthday-gift", wish)
        assert gift.value.path == "nodes.give"
        wish["nodes"]["hello"] = {**wish["nodes"]["hello"], "touch": "commercial"}
        house.define_journey("birthday-gift", wish)


def test_caps_of_a_channel_and_of_a_kind() -> None:
    with at_work(caps=("sms 1/day", "commercial 1/7d"), cap_day=9) as house:
        house.receive([consent("u1")])
        texts = {"channel": "sms", "template": "words"}
        house.define_template("words", text="Hello")
        for name, node in (
            ("a", say("emotional", **texts)), ("b", say("emotional", **texts)),
            ("c", say("commercial")), ("d", say("commercial")), ("e", say("emotional")),
        ):  # fmt: skip
            house.define_journey(name, on(name, "hello", hello=node))
            house.receive([track("u1", name)])
            house.advance(minutes=5)
        assert [(one.journey, one.reason) for one in house.sent("u1")] == [
            ("a", None), ("b", "cap_channel"), ("c", None), ("d", "cap_touch"), ("e", None),
        ]  # fmt: skip
        assert house.now - utc(MONDAY) < timedelta(days=1)


def test_a_kind_word_of_a_journey_outdoes_the_broadcast_of_the_same_minute() -> None:
    with at_work(cap_day=1) as house:
        house.define_segment("all", {"did": "Go"})
        house.define_journey("care", on("Care", "hello", hello=say("emotional")))
        house.receive([consent("u1"), track("u1", "Go")])
        house.advance(hours=1)
        now = house.app.clock.now()
        with house.app.db.begin(ADA, now) as work:
            drafted = house.app.campaigns.draft(
                work, Plan("Sale", "all", "hello", "email", "commercial", holdout=0), 1
            )
            house.app.campaigns.ask(work, drafted.id, 1)
        house.receive([track("u1", "Care")])
        found = {one.origin.split(":")[0]: one for one in messages_of(house, "u1")}
        assert found["journey"].status == "sent"
        assert (found["broadcast"].status, found["broadcast"].reason) == ("held", "cap_day")
        assert found["broadcast"].detail == f"outdone by {found['journey'].id}"
