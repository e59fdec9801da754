"""R-003: of 500 orders, the 180 that follow a recommendation within 7 days, with the evidence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coterie.analytics.recommended.model import WINDOW, Asked, Bought, Report
from coterie.core.actor import Actor
from coterie.core.clock import DAY, from_datetime
from coterie.testing import House

HOST = Actor("person", "ada")
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
WINES = [f"wine-{number}" for number in range(50)]
ARTICLES = {f"article-{number}": (WINES[number],) for number in range(40)}
TASTINGS = {f"activity:tasting-{number}": (WINES[40 + number],) for number in range(6)}
ALL = {"by_item": {**ARTICLES, **TASTINGS}, "by_template": {"cellar": ("wine-46",)}}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House(at="2026-03-10T00:00:00Z", holdout=0) as made:
        yield made


def at(days: float) -> str:
    return (NOON + timedelta(days=days)).isoformat()


def said(user: str, name: str, days: float, **properties: Any) -> dict[str, Any]:
    track = {"type": "track", "userId": user, "event": name, "timestamp": at(days)}
    return {**track, "properties": properties}


def order(user: str, number: str, days: float, *wines: str, **more: Any) -> dict[str, Any]:
    products = [{"product_id": wine, "price": 100} for wine in wines]
    given = {"order_id": number, "total": 100 * len(wines), "products": products, **more}
    return said(user, "Order Completed", days, **given)


def refund(user: str, number: str, days: float, **more: Any) -> dict[str, Any]:
    return said(user, "Order Refunded", days, order_id=number, **more)


def report(house: House, **changes: Any) -> Report:
    since = from_datetime(NOON) - 30 * DAY
    asked = Asked(**{"since": since, "until": since + 60 * DAY, **ALL, **changes})
    with house.app.db.read(HOST, house.app.clock.now()) as work:
        return house.app.analytics.recommended(work, asked)


def test_a_thousand_customers_forty_articles_six_tastings_five_hundred_orders(
    house: House,
) -> None:
    events: list[dict[str, Any]] = []
    for number in range(1_000):
        user = f"u{number}"
        events.append(said(user, "Page Viewed", -20, path="home"))
        if number < 100:  # read, and bought on one of the seven days after
            wine = number % 40
            events.append(said(user, "Article Read", 0, article_id=f"article-{wine}"))
            events.append(order(user, f"o{number}", 0.07 * (number + 1), WINES[wine]))
        elif number < 130:  # tasted, and bought
            wine = number % 6
            events.append(
                said(user, "Activity Attended", 0, activity_id=f"activity:tasting-{wine}")
            )
            events.append(order(user, f"o{number}", 7, "wine-49", WINES[40 + wine]))
        elif number < 160:  # followed a link that somebody sent
            events.append(said(user, "Link Clicked", 0, item="wine-48", sender="journey:spring"))
            events.append(order(user, f"o{number}", 1, "wine-48"))
        elif number < 180:  # the order says it itself
            events.append(order(user, f"o{number}", 1, "wine-47", recommended_by="guide:7"))
        elif number < 250:  # read it afterwards
            events.append(order(user, f"o{number}", 1, "wine-1"))
            events.append(said(user, "Article Read", 1.5, article_id="article-1"))
        elif number < 320:  # read it eight days before
            events.append(said(user, "Article Read", 0, article_id="article-2"))
            events.append(order(user, f"o{number}", 8, "wine-2"))
        elif number < 400:  # bought something else
            events.append(said(user, "Article Read", 0, article_id="article-3"))
            events.append(order(user, f"o{number}", 1, "wine-4"))
        elif number < 500:  # found it without us
            events.append(said(user, "Product Viewed", 0, product_id="wine-5"))
            events.append(order(user, f"o{number}", 1, "wine-5"))
    for start in range(0, len(events), 500):
        house.receive(events[start : start + 500])

    found = report(house)
    assert (len(found.orders), found.people, found.paid) == (180, 180, 500)
    assert {one.order for one in found.orders} == {f"o{number}" for number in range(180)}
    assert found.by_how() == {"content": 100, "activity": 30, "link": 30, "said": 20}
    assert found.amount == (180 + 30) * 1_000_000, "a tasting's order has two bottles"
    by_order = {one.order: one for one in found.orders}
    assert (by_order["o7"].item, by_order["o7"].by) == ("wine-7", "article-7")
    assert by_order["o7"].at == from_datetime(NOON)
    assert (by_order["o130"].by, by_order["o170"].by) == ("journey:spring", "guide:7")
    assert len(report(house, window=3 * DAY).orders) == 92
    assert len(report(house, items=frozenset({"wine-48", "wine-7"})).orders) == 33

    house.receive([
        refund("u0", "o0", 9, total=100),
        refund("u1", "o1", 9, total=40),
        said("u2", "Order Cancelled", 9, order_id="o2"),
        refund("u180", "o180", 9),
    ])  # fmt: skip
    house.advance(minutes=1)  # an answer may be a minute old
    after = report(house)
    assert (len(after.orders), after.paid, after.taken_back) == (178, 497, 3)
    assert after.amount == found.amount - 2_400_000
    assert next(one.refunded for one in after.orders if one.order == "o1") == 400_000


def test_a_message_that_named_the_wine_and_the_last_word_before_the_order(house: House) -> None:
    house.define_template("cellar", channel="email", subject="x", text="/a/wine-46")
    house.define_journey("j", {
        "entry": {"event": "Cellar Opened"}, "start": "say",
        "nodes": {"say": {"do": "message", "channel": "email", "template": "cellar",
                          "touch": "service", "then": "end"}},
    })  # fmt: skip
    house.receive([{"type": "track", "userId": "mia", "event": "Cellar Opened"}])
    sent = house.now
    house.advance(days=2)
    house.receive([
        {"type": "track", "userId": "mia", "event": "Order Completed",
         "properties": {"order_id": "m1", "total": 5, "products": [{"sku": "wine-46"}]}},
        {"type": "track", "userId": "mia", "event": "Order Completed", "properties": {
            "order_id": "m2", "total": 5,
            "products": [{"sku": "wine-0", "recommended_by": "group:8"}, {"sku": "x"}]}},
        {"type": "track", "userId": "mia", "event": "Order Completed", "properties": {
            "order_id": "m3", "shop": "till", "total": 5, "products": [{"sku": "a"}, {"sku": "b"}],
            "recommended_by": {"offer": "spring", "item": "b"}}},
    ])  # fmt: skip
    found = {one.order: one for one in report(house, until=from_datetime(house.now) + 1).orders}
    assert found["m1"] == Bought(
        "m1", found["m1"].profile, from_datetime(house.now), 50_000, 0, "wine-46", "message",
        "cellar", from_datetime(sent),
    )  # fmt: skip
    assert (found["m2"].how, found["m2"].by) == ("said", "group:8")
    assert (found["till m3"].item, found["till m3"].by) == ("b", "offer:spring")
    assert WINDOW == 7 * DAY
