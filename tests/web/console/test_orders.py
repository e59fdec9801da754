"""The pages of orders: shops, sales, the balance, marketplaces, offers; and a member's own."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from httpx2 import Response

from conftest import NOW
from coterie.catalog.model import Item
from coterie.core.actor import CLOCK
from coterie.testing.shop import Shop
from web.console.conftest import Desk

PAGE = "https://shop.example/buy?sku={item}"


@pytest.fixture
def shop(desk: Desk) -> Shop:
    """A shop that delivers to the house over HTTP."""
    with desk.app.db.begin(CLOCK, NOW) as work:
        secret = desk.app.commerce.feeds.new(work, "till", shop="tmall", page=PAGE, title="Till")
        desk.app.catalog.define_items(work, [Item(key="barolo", kind="wine", title="Barolo")])

    def deliver(headers: Any, body: bytes) -> int:
        return desk.browser.post("/v1/feeds/till", content=body, headers=headers).status_code

    return Shop("till", secret, "199.00", deliver, desk.app.clock)


def sell(desk: Desk, shop: Shop, who: dict[str, str], token: str = "") -> str:
    number = shop.order("barolo", 1, who, token)
    shop.pay(number)
    desk.settle()
    return number


def order_of(desk: Desk, number: str) -> Any:
    with desk.app.db.read(CLOCK, NOW) as work:
        found = desk.app.commerce.orders.find(work, "tmall", number)
        assert found is not None
        return found


def test_an_owner_connects_a_shop_and_sees_its_secret_once(desk: Desk) -> None:
    assert "coterie simulate shop" in desk.get("/orders/feeds").text
    made = desk.form("/orders/feeds", title="Pudong", slug="till-pudong", dialect="standard")
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", made.text)
    assert found is not None
    page = desk.get("/orders/feeds/till-pudong").text
    assert found.group(0) not in page
    assert "/v1/feeds/till-pudong" in page
    again = desk.form("/orders/feeds", title="x", slug="till-pudong", dialect="standard")
    assert again.status_code == 400
    assert desk.form("/orders/feeds/till-pudong/close").status_code == 303
    assert desk.browser.post("/v1/feeds/till-pudong", content=b"{}").status_code == 403


def test_the_pages_tell_of_sales_and_agree_with_the_shop(desk: Desk, shop: Shop) -> None:
    number = sell(desk, shop, {"phone": "13800138000"})
    shop.repeat()
    shop.refund(number, "49.00")
    desk.settle()
    sales = desk.get("/orders").text
    assert "199.00" in sales
    assert "150.00" in sales
    assert "Everything agrees" in desk.get("/orders/balance").text
    assert "order.refunded" in desk.get("/orders/feeds/till").text
    book = openpyxl.load_workbook(io.BytesIO(desk.get("/orders/balance/report.xlsx").content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[1][0] == "till"
    assert rows[1][3:9] == (1, 1, 199, 199, 49, 49)


def test_deliveries_in_any_order_end_the_same(desk: Desk, shop: Shop) -> None:
    shop.hold()
    number = shop.order("barolo", 1, {"member_no": "m1"})
    shop.pay(number)
    shop.refund(number, "199.00")
    shop.release(backwards=True)
    desk.settle()
    order = order_of(desk, number)
    assert (order.total, order.refunded, order.net) == (1_990_000, 1_990_000, 0)
    assert [one.status for one in shop.sent] == [200, 200, 200]


def test_a_member_claims_a_masked_order_and_an_operator_undoes_it(desk: Desk, shop: Shop) -> None:
    number = sell(desk, shop, {"tmall.buyer": "t**9"})
    desk.app.door.accept("web", b'{"userId":"ada","event":"Hello"}', "track", NOW)
    desk.settle()
    with desk.app.db.read(CLOCK, NOW) as work:
        ada = desk.app.profiles.find(work, "user_id", "ada")
        assert ada is not None
        page = desk.app.commerce.claims.page(ada)
    assert order_of(desk, number).profile != ada
    assert "0%" in desk.get("/orders/markets").text
    assert "no order that can be claimed" in desk.form(page, number="99999999").text
    assert "the order is yours" in desk.form(page, number=number).text
    desk.settle()
    with desk.app.db.read(CLOCK, NOW) as work:
        person = desk.app.profiles.heads(work, [ada])[ada]
    assert order_of(desk, number).profile == person
    shown = desk.get("/orders/markets").text
    assert "100%" in shown
    undo = re.search(r"/orders/markets/claims/\d+/undo", shown)
    assert undo is not None
    assert desk.form(undo.group(0)).status_code == 303
    desk.settle()
    with desk.app.db.read(CLOCK, NOW) as work:
        person = desk.app.profiles.heads(work, [ada])[ada]
    assert order_of(desk, number).profile != person
    assert "0%" in desk.get("/orders/markets").text


def test_the_code_in_a_parcel_claims_its_order(desk: Desk, shop: Shop) -> None:
    number = sell(desk, shop, {"tmall.buyer": "t**9"})
    desk.app.door.accept("web", b'{"userId":"ada","event":"Hello"}', "track", NOW)
    desk.settle()
    order = order_of(desk, number)
    given = desk.form("/orders/markets/codes", shop=order.shop, numbers=f"{number}\n 77 {number}")
    header, first, second = given.content.decode("utf-8-sig").split()
    assert given.headers["content-type"].startswith("text/csv") and header == "number,code"
    assert second.startswith("77,"), "each number once, in their order"
    told, code = first.split(",")
    assert told == number
    with desk.app.db.read(CLOCK, NOW) as work:
        ada = desk.app.profiles.find(work, "user_id", "ada")
        assert ada is not None
        page = desk.app.commerce.claims.page(ada)
    assert "no order that can be claimed" in desk.form(page, number=second.split(",")[1]).text
    assert "the order is yours" in desk.form(page, number=code).text
    desk.settle()
    assert "100%" in desk.get("/orders/markets").text
    assert desk.form("/orders/markets/codes", shop=order.shop, numbers=" ").status_code == 400
    assert "parcel_codes" in desk.get("/audit", lang="en").text


def test_claims_are_bounded_and_tell_nobody_which_numbers_there_are(desk: Desk, shop: Shop) -> None:
    number = sell(desk, shop, {"tmall.buyer": "t**9", "member_no": "m1"})
    desk.app.door.accept("web", b'{"userId":"eve","event":"Hello"}', "track", NOW)
    desk.settle()
    with desk.app.db.read(CLOCK, NOW) as work:
        eve = desk.app.profiles.find(work, "user_id", "eve")
        assert eve is not None
        page = desk.app.commerce.claims.page(eve)
    taken = _said(desk.form(page, number=number))
    assert taken == _said(desk.form(page, number="nothing"))
    for _ in range(3):
        desk.form(page, number="nothing")
    assert "Too many tries" in desk.form(page, number=number).text
    assert desk.browser.get("/claim/forged").status_code == 404


def test_a_code_in_the_parcel_claims_too(desk: Desk, shop: Shop) -> None:
    number = sell(desk, shop, {"jd.buyer": "j**1"})
    desk.app.door.accept("web", b'{"userId":"ada","event":"Hello"}', "track", NOW)
    desk.settle()
    with desk.app.db.begin(CLOCK, NOW) as work:
        ada = desk.app.profiles.find(work, "user_id", "ada")
        assert ada is not None
        code = desk.app.commerce.claims.item_code("tmall", number)
        assert desk.app.commerce.claims.claim(work, ada, code).state == "claimed"
        desk.app.inbound.settle_shifts(work)
        (rate,) = desk.app.commerce.claims.match_rate(work)
    assert (rate.market, rate.orders, rate.matched_orders) == ("jd", 1, 1)


def test_an_offer_hands_over_and_the_order_that_comes_back_is_credited(
    desk: Desk, shop: Shop
) -> None:
    made = desk.form("/orders/offers", item="barolo", slug="barolo-may", feed="till",
                     price="189", stock="3", zh="五月巴罗洛", en="Barolo of May")  # fmt: skip
    assert made.status_code == 303
    linked = desk.form("/orders/offers/barolo-may/link", sender="anna", campaign="may")
    found = re.search(r"/o/barolo-may\?t=([\w-]+)", linked.text)
    assert found is not None
    page = desk.browser.get(found.group(0), headers={"accept-language": "en"})
    assert "Barolo of May" in page.text
    assert "Only 3 left" in page.text
    assert len(page.content) < 100_000
    over = desk.browser.get(f"/o/barolo-may/go?t={found.group(1)}")
    assert over.status_code == 303
    token = over.headers["location"].partition("coterie=")[2]
    assert over.headers["location"].startswith("https://shop.example/buy?sku=barolo&coterie=")
    number = sell(desk, shop, {"member_no": "m1"}, token)
    order = order_of(desk, number)
    assert order.offer == "barolo-may"
    with desk.app.db.read(CLOCK, NOW) as work:
        events = desk.app.log.timelines(work, [order.profile])[order.profile]
        (taking,) = desk.app.commerce.offers.takings(work).values()
    paid = next(one for one in events if one.name == "Order Completed")
    by = paid.properties["recommended_by"]
    assert (by["offer"], by["sender"], by["campaign"]) == ("barolo-may", "anna", "may")
    assert (taking.orders, taking.paid) == (1, 1_990_000)
    assert "199.00" in desk.get("/orders/offers").text
    desk.form("/orders/offers/barolo-may/stock", stock="0")
    assert desk.browser.get("/o/barolo-may/go").headers["location"] == "/o/barolo-may"
    assert "Sold out" in desk.get("/o/barolo-may").text
    desk.form("/orders/offers/barolo-may/end")
    assert "has ended" in desk.get("/o/barolo-may").text


def test_a_rate_converts_what_comes_after_it(desk: Desk, shop: Shop) -> None:
    assert desk.form("/orders/rates", currency="USD", rate="7.1").status_code == 303
    assert "7.1" in desk.get("/orders").text
    assert desk.form("/orders/rates", currency="XX", rate="7").status_code == 303
    with desk.app.db.read(CLOCK, NOW) as work:
        assert list(desk.app.commerce.orders.rates(work)) == ["USD"]


def test_the_wizard_knows_an_export_and_gathers_it(desk: Desk) -> None:
    sample = Path(__file__).parents[2] / "roads" / "shipped" / "samples" / "youzan-orders.csv"
    sent = desk.browser.post(
        "/imports", data={"form_token": desk.token()},
        files={"file": ("订单.csv", sample.read_bytes(), "text/csv")},
    )  # fmt: skip
    columns = sent.headers["location"]
    assert "Youzan: orders export" in desk.get(columns).text
    one = columns.removesuffix("/columns")
    assert desk.form(f"{one}/recipe").headers["location"] == one
    desk.settle()
    assert desk.form(f"{one}/start").status_code == 303
    desk.settle()
    with desk.app.db.read(CLOCK, NOW) as work:
        counts = desk.app.log.counts(work)
        (source,) = desk.app.commerce.balance.sources(work)
    assert {name: n for name, n in counts.items() if "Order" in name} == {
        "Order Created": 3, "Order Completed": 2, "Order Cancelled": 1, "Order Refunded": 1,
    }  # fmt: skip
    assert source == f"import-{one[-8:]}"
    assert "Everything agrees" in desk.get("/orders/balance", days=365).text


def _said(answer: Response) -> str:
    found = re.search(r'role="status">([^<]+)<', answer.text)
    assert found is not None
    return found.group(1)
