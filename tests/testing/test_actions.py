"""Our own actions keep the contract that a stranger's inherits, and what comes in is looked at."""

from typing import Any, ClassVar

import pytest

from coterie.actions import Coupon, Invite, Seat
from coterie.core.errors import Invalid
from coterie.journeys.ports import Action, check_action
from coterie.loyalty.coupons.model import Template
from coterie.testing import House
from coterie.testing.actions import ActionContract
from coterie.testing.asking import TESTER


class TestInvite(ActionContract):
    entry_point = "invite"
    arguments: ClassVar = {"community": "pasta"}
    wrong: ClassVar = {"community": "opera"}

    def make_action(self, house: House) -> Action:
        house.define_segment("nobody", {"tag": "nobody"})
        house.define_template("come", text="Come")
        house.define_community("pasta", {
            "title": {"en": "Pasta"},
            "promise": "A recipe a week",
            "segment": "nobody",
            "invitation": {"template": "come", "channel": "email", "touch": "service"},
        })  # fmt: skip
        return Invite(house.app.communities)


class TestSeat(ActionContract):
    entry_point = "seat"
    arguments: ClassVar = {"activity": "tasting"}
    wrong: ClassVar = {"activity": "opera"}

    def make_action(self, house: House) -> Action:
        night = {
            "slug": "tasting",
            "title": {"en": "Barolo night"},
            "form": "tasting",
            "starts": "2026-02-10T19:00",
            "ends": "2026-02-10T21:00",
            "capacity": 12,
        }
        with house.app.db.begin(TESTER, house.app.clock.now()) as work:
            house.app.activities.define(work, night)
        return Seat(house.app.activities)


class TestCoupon(ActionContract):
    entry_point = "coupon"
    arguments: ClassVar = {"template": "welcome"}
    wrong: ClassVar = {"template": "opera"}

    def make_action(self, house: House) -> Action:
        with house.app.db.begin(TESTER, house.app.clock.now()) as work:
            house.app.growing.coupons.define(work, Template(
                slug="welcome", titles={"en": "Welcome"}, kind="amount", amount=30_0000, stock=12,
            ))  # fmt: skip
        return Coupon(house.app.growing.coupons)

    def test_who_gets_none_is_told_why(self) -> None:
        with House() as house:
            action, people = self.make_action(house), self.people(house, 14)
            with house.app.db.begin(TESTER, house.app.clock.now()) as work:
                facts = self.ask(work, action, people)
            refused = [one for one in facts if one.name == "coterie.action.refused"]
            assert [one.properties["reason"] for one in refused] == ["quantity_exceeded"] * 2
            given = [one for one in facts if one.name == "coterie.coupon.issued"]
            assert {one.properties["origin"] for one in given} == {"journey:journey:give"}
            assert len(given) == 12


@pytest.mark.parametrize(
    ("lacking", "word"),
    [("name", "calls itself"), ("benefit", "benefit"), ("check", "check"), ("perform", "perform")],
)
def test_what_is_no_action_is_refused_at_the_door(lacking: str, word: str) -> None:
    parts: dict[str, Any] = {
        "name": "gift", "benefit": True, "check": lambda *_: None, "perform": lambda *_: [],
    }  # fmt: skip
    gift = type("Gift", (), {name: part for name, part in parts.items() if name != lacking})()
    with pytest.raises(Invalid, match=word):
        check_action("gift", gift)
