"""The till to play with: its pages, and what it does when a coupon is not taken."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from conftest import NOW
from coterie.core.errors import Invalid, NotFound
from coterie.testing.clock import FakeClock
from coterie.testing.till import Line, Till
from coterie.testing.till_pages import till_app


class Counter:
    """A house that takes ten off with any code but one, and notes what it is told and asked."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str]] = []
        self.till = Till("pos", "whsec_c2VjcmV0", self.deliver, self.ask, FakeClock(NOW),
                         store="bund")  # fmt: skip

    def deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        assert headers["webhook-signature"].startswith("v1,")
        self.told.append(json.loads(body))
        return 200

    def ask(self, verb: str, body: Mapping[str, Any], once: str) -> Mapping[str, Any]:
        self.asked.append((verb, once))
        if body.get("code") == "GONE":
            return {"result": "refused", "reason": "quantity_exceeded", "why": "redeemed"}
        if verb == "return":
            return {"result": "returned", "amount": 389.0}
        return {"result": "redeemed", "redemption": 7, "discount": 10.0}


def test_a_sale_with_a_coupon_is_locked_paid_and_told() -> None:
    house = Counter()
    sold = house.till.sell([Line("1", "boots", "399.00")], {"phone": "1"}, code="AB", guide="lina")
    assert [verb for verb, _ in house.asked] == ["validate", "lock", "redeem"]
    assert len({once for _, once in house.asked}) == 3, "each asking has a key of its own"
    [told] = house.told
    assert told["type"] == "order.paid"
    data = told["data"]
    assert (data["total"], data["discount"], data["coupon"]) == ("389.00", "10.00", "AB")
    assert (data["store_id"], data["guide"], data["order"]) == ("bund", "lina", sold.number)
    assert house.till.give_back(sold.number, "1") == Decimal("389.00")
    assert house.told[-1]["data"]["refund"] == f"{sold.number}-1"
    with pytest.raises(Invalid):
        house.till.give_back(sold.number, "1")
    with pytest.raises(NotFound):
        house.till.give_back("none", "1")


def test_who_shows_a_coupon_that_is_gone_pays_in_full() -> None:
    house = Counter()
    sold = house.till.sell([Line("1", "laces", "19.90", 2)], {}, code="GONE")
    assert (sold.refused, sold.total) == ("redeemed", Decimal("39.80"))
    assert [verb for verb, _ in house.asked] == ["validate"]
    assert "coupon" not in house.told[0]["data"]
    assert house.till.give_back(sold.number, "1") == Decimal("19.90")


def test_it_is_played_on_a_page() -> None:
    house = Counter()
    page = TestClient(till_app(house.till), follow_redirects=True)
    assert "Coupon" in page.get("/").text
    form = {"sku1": "boots", "price1": "399.00", "quantity1": "1", "code": "AB", "phone": "1"}
    receipt = page.post("/sell", data=form)
    assert "<strong id=paid>389.00</strong>" in receipt.text
    [number] = house.till.sales
    back = page.post(f"/sales/{number}/back", data={"line": "1"})
    assert "given back 389.00" in back.text
    assert page.post(f"/sales/{number}/back", data={"line": "1"}).status_code == 400
    assert page.post("/sell", data={**form, "price1": "much"}).status_code == 400
