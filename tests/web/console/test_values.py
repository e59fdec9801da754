"""What customers are worth, on their pages and on everybody's, over HTTP."""

import re
from typing import Any

import msgspec
import numpy as np
import pytest

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, next_midnight
from coterie.scores.values import store
from coterie.scores.values.model import SHAPES, Decile, Model
from coterie.testing.clock import FakeClock
from web.console.conftest import Desk


def order(user: str, number: str, total: float, ago: int, now: int) -> dict[str, Any]:
    return {"type": "track", "event": "Order Completed", "userId": user, "messageId": number,
            "timestamp": (now - ago * DAY) // 1000, "properties": {
                "order_id": number, "total": total}}  # fmt: skip


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A house whose first midnight with orders has passed."""
    now = desk.app.clock.now()
    calls = [order(f"u{n}", f"n{n}-{ago}", 10.0 * n, ago, now) for n in range(1, 6)
             for ago in (7 * n, 14 * n)]  # fmt: skip
    for call in calls:
        call["timestamp"] = _iso(call["timestamp"])
    calls.append({"type": "track", "event": "Cart Viewed", "userId": "cat", "messageId": "c"})
    body = msgspec.json.encode({"batch": calls})
    assert not desk.app.door.accept("shop", body, "batch", now).refused
    desk.settle()
    assert isinstance(desk.app.clock, FakeClock)
    desk.app.clock.set(next_midnight(now, desk.app.zone))
    desk.settle()
    return desk


def _iso(seconds: int) -> str:
    return str(np.datetime64(seconds, "s")) + "Z"


def page_of(desk: Desk, user: str, **given: Any) -> str:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        profile = desk.app.profiles.find(work, "user_id", user)
        assert profile is not None
        uid = desk.app.profiles.uid(work, [profile])[profile]
    page = desk.get(f"/people/{uid}", **given).text
    found = re.search(r'<section[^>]*aria-labelledby="worth".*?</section>', page, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", found.group(0))


def test_her_page_tells_class_rfm_and_rhythm_and_why_a_chance_is_missing(shop: Desk) -> None:
    text = page_of(shop, "u5", lang="en")
    for words in ("high value", "2 orders", "100 ", "R1 F5 M5", "every ", "not enough data"):
        assert words in text, words
    assert "not enough data: 5 of 500 customers" in text
    assert "not enough data: 11 of 1,000 events" in text
    assert 'family=order#timeline"' in text
    assert "intended" in page_of(shop, "cat", lang="en")
    assert "数据不足：5 / 500 位客户" in page_of(shop, "u5", lang="zh")


def test_her_page_tells_chances_and_hours_where_they_are_known(shop: Desk) -> None:
    now = shop.app.clock.now()
    with shop.app.db.begin(COMMAND, now) as work:
        profile = shop.app.profiles.find(work, "user_id", "u5")
        people = np.array([profile], np.int32)
        told = {"value.p_alive": 0.874, "value.expected_orders": 2.34, "value.expected_value": 99.5,
                "rhythm.best_hour": 20, "rhythm.best_hour_basis": 0}  # fmt: skip
        shop.app.profiles.published.tell(
            work, [(SHAPES[name], people, np.array([float(v)])) for name, v in told.items()]
        )
    text = page_of(shop, "u5", lang="en")
    for words in ("87.4%", "2.3 orders expected in 365 days", "worth 99.5", "20:00",
                  "by her own events"):  # fmt: skip
        assert words in text, words


def test_everybodys_page_counts_classes_and_moves(shop: Desk) -> None:
    text = re.sub(r"\s+", " ", shop.get("/results/value", lang="en").text)
    for words in ("People in each class, day by day", "Moves within a month", "champions",
                  "No chances are told", "5 of 500 customers"):  # fmt: skip
        assert words in text, words
    row = re.search(r'<th scope="row">none of them</th>(.*?)</tr>', text)
    assert row is not None
    cells = [int(n) for n in re.findall(r">(\d+)</td>", row.group(1))]
    assert len(cells) == 5 and cells[0] == 1  # who put something into her cart
    with shop.app.db.begin(COMMAND, shop.app.clock.now()) as work:
        tenth = Decile(10, 0.25, 0.31, 0.5, 0.6)
        model = Model(at=work.now, customers=900, repeaters=300, days=400, deciles=(tenth,) * 10,
                      orders={"r": 1, "alpha": 1, "a": 1, "b": 1, "log_likelihood": 0},
                      held_out_days=90)  # fmt: skip
        store.keep_model(work, model)
    text = shop.get("/results/value", lang="en").text
    assert "Learnt from 900 customers over 400 days, 300 of whom came back" in text
    assert "31" in text and "No chances are told" not in text


def test_a_house_without_orders_is_told_what_it_takes(desk: Desk) -> None:
    assert "Nothing is worked out yet" in desk.get("/results/value", lang="en").text
    assert 'href="/results/value"' in desk.get("/results").text
