"""Shops deliver by signed webhooks: refused clearly, taken once, kept when not understood."""

import json
from typing import Any

import pytest
from httpx2 import Response

from conftest import NOW
from coterie.core.actor import CLOCK
from coterie.core.clock import MINUTE
from coterie.orders.feeds.signing import sign, sign_shopify
from web.console.conftest import Desk

PAID = {
    "type": "order.paid", "timestamp": "2025-12-31T10:00:00Z",
    "data": {
        "order": "A1", "total": "100.00", "currency": "CNY",
        "customer": {"member_no": "m1", "tmall.buyer": "t**1"},
        "lines": [{"sku": "w-1", "quantity": 2, "price": "50.00"}],
    },
}  # fmt: skip
SHOPIFY: dict[str, Any] = {
    "id": 450789469, "name": "#1001", "created_at": "2025-12-30T10:00:00+08:00",
    "processed_at": "2025-12-30T10:00:05+08:00", "financial_status": "partially_refunded",
    "total_price": "199.00", "currency": "CNY", "email": "bob@example.com",
    "customer": {"id": 207119551}, "note_attributes": [],
    "line_items": [{"id": 1, "sku": "w-1", "title": "Barolo", "quantity": 1, "price": "199.00"}],
    "refunds": [{
        "id": 509, "created_at": "2025-12-31T09:00:00+08:00", "note": "broken",
        "refund_line_items": [{"quantity": 1, "subtotal": "49.00", "line_item": {"sku": "w-1"}}],
        "transactions": [{"kind": "refund", "status": "success", "amount": "49.00"}],
    }],
}  # fmt: skip


@pytest.fixture
def secret(desk: Desk) -> str:
    with desk.app.db.begin(CLOCK, NOW) as work:
        return desk.app.commerce.feeds.new(work, "till", shop="vino")


def send(
    desk: Desk, secret: str, content: Any, delivery: str = "d1", at: int = NOW, **headers: str
) -> Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    signed = {**sign(secret, delivery, at, body), **headers}
    return desk.browser.post("/v1/feeds/till", content=body, headers=signed)


def facts(desk: Desk) -> dict[str, int]:
    desk.settle()
    with desk.app.db.read(CLOCK, NOW) as work:
        return {name: n for name, n in desk.app.log.counts(work).items() if "Order" in name}


def test_a_delivery_counts_once_however_often_it_comes(desk: Desk, secret: str) -> None:
    assert send(desk, secret, PAID).json() == {"fate": "taken", "events": 1}
    assert send(desk, secret, PAID).json() == {"fate": "known"}
    assert send(desk, secret, PAID, "d2").json()["fate"] == "taken"  # the same order, told again
    assert facts(desk) == {"Order Completed": 1}
    with desk.app.db.read(CLOCK, NOW) as work:
        order = desk.app.commerce.orders.find(work, "vino", "A1")
        buyer = desk.app.profiles.find(work, "member_no", "m1")
    assert order is not None
    assert (order.total, order.market, order.bound) == (1_000_000, "tmall", True)
    assert order.profile == buyer


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"webhook-signature": ""}, 401, "no_signature"),
        ({"webhook-signature": "v1,AAAA"}, 401, "wrong_signature"),
        ({"webhook-id": ""}, 400, "no_delivery"),
        ({"webhook-id": "another"}, 401, "wrong_signature"),
        ({"webhook-timestamp": "1"}, 401, "wrong_signature"),
        ({"webhook-timestamp": "soon"}, 400, "stale_delivery"),
    ],
)
def test_what_is_not_signed_well_is_refused(
    desk: Desk, secret: str, change: dict[str, str], status: int, code: str
) -> None:
    answer = send(desk, secret, PAID, **change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert facts(desk) == {}


def test_an_old_delivery_is_a_replay(desk: Desk, secret: str) -> None:
    answer = send(desk, secret, PAID, at=NOW - 6 * MINUTE)
    assert (answer.status_code, answer.json()["code"]) == (400, "stale_delivery")


def test_another_feeds_secret_opens_nothing(desk: Desk, secret: str) -> None:
    with desk.app.db.begin(CLOCK, NOW) as work:
        new = desk.app.commerce.feeds.renew(work, "till")
    assert send(desk, secret, PAID).status_code == 401
    assert send(desk, new, PAID).status_code == 200
    assert desk.browser.post("/v1/feeds/nobody", content=b"{}").status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "invalid_json"),
        ({"type": "order.lost", "data": {}}, "not_understood"),
        ({"type": "order.paid", "data": {"total": 1}}, "not_understood"),
        ({"type": "order.refunded", "data": {"order": "1"}}, "not_understood"),
        ({"type": "customer.updated", "data": {}}, "not_understood"),
    ],
)
def test_what_is_not_understood_is_kept_as_it_came(
    desk: Desk, secret: str, content: Any, code: str
) -> None:
    answer = send(desk, secret, content)
    assert (answer.status_code, answer.json()["fate"]) == (200, "kept")
    assert answer.json()["code"] == code
    (kept,) = desk.app.inbox.quarantined()
    assert kept.raw == (content if isinstance(content, bytes) else json.dumps(content).encode())
    assert (kept.source, kept.code) == ("till", code)


def test_a_refund_that_names_nobody_is_the_buyers_also_when_it_comes_first(
    desk: Desk, secret: str
) -> None:
    refund = {"type": "order.refunded", "data": {"order": "A1", "refund": "r1", "total": 30}}
    send(desk, secret, refund, "d0")
    desk.settle()
    send(desk, secret, PAID)
    assert facts(desk) == {"Order Completed": 1, "Order Refunded": 1}
    with desk.app.db.read(CLOCK, NOW) as work:
        buyer = desk.app.profiles.find(work, "member_no", "m1")
        assert buyer is not None
        told = [one.name for one in desk.app.log.timelines(work, [buyer])[buyer]]
    assert sorted(one for one in told if one.startswith("Order")) == [
        "Order Completed", "Order Refunded",
    ]  # fmt: skip


def test_shopify_tells_in_its_own_words(desk: Desk) -> None:
    with desk.app.db.begin(CLOCK, NOW) as work:
        desk.app.commerce.feeds.new(work, "eu", shop="shopify", dialect="shopify", secret="hush")
    for delivery, topic in (("1", "orders/updated"), ("2", "orders/paid")):
        body = json.dumps(SHOPIFY).encode()
        headers = sign_shopify("hush", delivery, topic, body)
        assert desk.browser.post("/v1/feeds/eu", content=body, headers=headers).status_code == 200
    assert facts(desk) == {"Order Created": 1, "Order Completed": 1, "Order Refunded": 1}
    with desk.app.db.read(CLOCK, NOW) as work:
        order = desk.app.commerce.orders.find(work, "shopify", "450789469")
        bob = desk.app.profiles.find(work, "email", "bob@example.com")
    assert order is not None
    assert (order.total, order.refunded, order.profile) == (1_990_000, 490_000, bob)


def test_of_somebody_who_was_erased_nothing_is_kept_and_sums_stay(desk: Desk, secret: str) -> None:
    send(desk, secret, PAID)
    desk.settle()
    with desk.app.db.begin(CLOCK, NOW) as work:
        buyer = desk.app.profiles.find(work, "member_no", "m1")
        assert buyer is not None
        asked = desk.app.erasing.ask(work, buyer, "console")
        desk.app.erasing.begin(work, asked.id)
    while desk.app.erasing.advance(NOW):
        pass
    assert send(desk, secret, PAID, "d9").json() == {"fate": "taken"}
    assert facts(desk) == {"Order Completed": 1}
    with desk.app.db.read(CLOCK, NOW) as work:
        order = desk.app.commerce.orders.find(work, "vino", "A1")
        figures = desk.app.commerce.balance.figures(work, 0, 2**62)
    assert order is not None
    assert order.profile == 0
    assert (figures.orders, figures.gross) == (1, 1_000_000)
