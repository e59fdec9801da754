"""R-097, R-100, R-101: from the till online, into the group, and back to the till."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from coterie.core.clock import DAY
from coterie.guides.organisation.model import Guide, Store
from coterie.guides.visits.model import Count, Visit
from coterie.loyalty.benefits.model import Benefit
from coterie.loyalty.coupons.model import Budget, Coupon, Template
from coterie.storage.work import Work
from coterie.testing import House
from coterie.testing.asking import TESTER
from coterie.testing.till import Line, Till
from coterie.web.server import create_app
from stories.wire import identify, track

BOOTS = Line("1", "boots", "399.00")
LACES = Line("2", "laces", "19.90", 2)
MEI = {"user_id": "mei"}


class Street:
    """Two stores of a shoe brand, their guides, a join benefit, and a till at the Bund."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = house.app
        with self.work() as work:
            every = self.app.guides.organisation
            for name, kind in (("bund", "offline"), ("xuhui", "offline"), ("cloud", "cloud")):
                every.save_store(work, Store(name, name, kind=kind))  # type: ignore[arg-type]
            for name, store in (("lina", "bund"), ("fang", "xuhui")):
                every.save_guide(work, Guide(name, name, userid=name, stores=(store,)))
            coupons, budget = self.app.growing.coupons, Budget(slug="join", amount=60_0000)
            coupons.keep_budget(work, budget)
            coupons.define(work, Template(
                slug="welcome", titles={"en": "30 off from 200"}, kind="amount", amount=30_0000,
                minimum=200_0000, days=30, budget="join",
            ))  # fmt: skip
            self.app.growing.benefits.define(
                work, Benefit("join", {"en": "Add your guide"}, "Contact Added", "welcome")
            )
            secret = self.app.commerce.feeds.new(work, "pos", shop="bund-pos")
            key = self.app.keys.new(work, "tills")
        browser = TestClient(create_app(self.app), base_url="http://127.0.0.1:8000")

        def deliver(headers: Mapping[str, str], body: bytes) -> int:
            return browser.post("/v1/feeds/pos", content=body, headers=dict(headers)).status_code

        def ask(verb: str, body: Mapping[str, Any], once: str) -> Mapping[str, Any]:
            address = f"/v1/coupons/{verb}"
            answer = browser.post(
                address, json=dict(body), auth=(key, ""), headers={"idempotency-key": once}
            )
            assert answer.status_code == 200, answer.text
            found: Mapping[str, Any] = answer.json()
            return found

        self.till = Till("pos", secret, deliver, ask, self.app.clock, store="bund", shop="bund-pos")

    def work(self) -> Any:
        return self.app.db.begin(TESTER, self.app.clock.now())

    def settle(self) -> None:
        self.app.settle(self.app.clock.now())

    def who(self, work: Work, user: str = "mei") -> int:
        found = self.app.profiles.find(work, "user_id", user)
        assert found is not None
        return found

    def coupons(self, user: str = "mei") -> list[Coupon]:
        with self.work() as work:
            return self.app.growing.coupons.of_profile(work, self.who(work, user))

    def visits(self, user: str = "mei") -> list[Visit]:
        with self.work() as work:
            return self.app.growing.visits.of_profile(work, self.who(work, user))

    def credit(self, number: str) -> list[tuple[str | None, str, str, int]]:
        with self.work() as work:
            found = self.app.guides.credit.of_order(work, "bund-pos", number)
            assert found is not None
            return [(one.guide, one.way, one.why, one.amount) for one in found.lines]


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    with House(at="2026-01-05T02:00:00Z", holdout=0) as house:
        yield Street(house)


def test_from_the_till_into_the_group_and_back_to_the_till(street: Street) -> None:
    house, till = street.house, street.till
    # she pays without a coupon, scans the code at the till, and adds the guide
    house.receive([identify("mei", name="Mei")])
    till.sell([LACES], MEI)
    house.receive([
        track("mei", "Store Visited", store="bund", guide="lina"),
        track("mei", "Contact Added", guide="lina", state="till-code"),
    ])  # fmt: skip
    street.settle()
    [welcome] = street.coupons()
    assert (welcome.origin, welcome.state) == ("benefit:join", "available")
    assert [(one.how, one.store) for one in street.visits()] == [("checkin", "bund")]

    # the store's group; leaving it and the guide, and the other store's code, bring nothing more
    house.receive([
        track("mei", "Group Joined", group_id="bund-1"), track("mei", "Contact Deleted",
              guide="lina", by="customer"), track("mei", "Contact Added", guide="lina"),
        track("mei", "Group Left", group_id="bund-1"), track("mei", "Group Joined",
              group_id="bund-1"), track("mei", "Store Visited", store="xuhui", guide="fang"),
        track("mei", "Contact Added", guide="fang"),
    ])  # fmt: skip
    assert len(street.coupons()) == 1

    # three days later she comes back and shows the coupon
    house.advance(days=3)
    sold = till.sell([BOOTS, LACES], MEI, code=welcome.code or "", guide="lina")
    street.settle()
    assert (sold.refused, sold.discount, sold.total) == ("", Decimal("30.00"), Decimal("408.80"))
    assert {status for _, status in till.told} == {200}
    assert street.coupons()[0].state == "redeemed"
    visits = [(one.how, one.store, one.day) for one in street.visits()]
    assert visits[0] == ("redemption", "bund", "2026-01-08")
    with street.work() as work:
        now = street.app.clock.now()
        loops = street.app.growing.visits.loops(work, now - 9 * DAY, now + DAY, "bund")
        assert (loops.opened, loops.returned) == (1, 1)
        numbers = street.app.growing.benefits.numbers(work)["join"]
        assert (numbers.given, numbers.redeemed, numbers.per_join) == (1, 1, 30_0000)
    assert street.credit(sold.number) == [("lina", "in_store", "served", 408_8000)]

    # the laces come back: their share of the discount stays; then the boots as well
    back = till.give_back(sold.number, "2", 2)
    assert back == Decimal("37.08"), "39.80 less its share of 30.00"
    street.settle()
    assert street.coupons()[0].state == "redeemed"
    assert till.give_back(sold.number, "1") + back == sold.total
    street.settle()
    assert sum(amount for *_, amount in street.credit(sold.number)) == 0
    assert street.coupons()[0].state == "available", "all was given back: it is hers again"
    assert street.visits()[0].day == "2026-01-08", "she was there all the same"


def test_who_comes_when_the_budget_is_gone_is_told_why(street: Street) -> None:
    people = [f"late-{one}" for one in range(4)]
    street.house.receive([track(one, "Contact Added", guide="lina") for one in people])
    given = [len(street.coupons(one)) for one in people]
    assert sum(given) == 1, "60.00 are there, 30.00 of them Mei's"
    with street.work() as work:
        assert street.app.growing.benefits.refusals(work, "join") == {"campaign_budget": 3}
    refused = street.till.sell([BOOTS], {"user_id": "late-0"}, code="NOSUCHCODE12")
    assert (refused.refused, refused.total) == ("not_found", Decimal("399.00"))


def test_a_purchase_without_a_check_in_is_a_visit_and_is_marked_so(street: Street) -> None:
    street.till.sell([BOOTS], {"user_id": "silent"})
    street.settle()
    assert [one.how for one in street.visits("silent")] == ["pos"]
    with street.work() as work:
        days = ("2026-01-08", "2026-01-09")
        assert Count("bund", "pos", 2, 2) in street.app.growing.visits.counts(work, *days, "bund")
