"""Five questions of a retailer, written by hand in the builder, without a line of JSON.

Forty buyers are told to the house first; whom each question finds is reckoned here from the same
orders, with sets and sums of Python's.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from browser.conftest import Task, Visit
from coterie.app import open_app
from coterie.core.clock import to_datetime
from coterie.settings import Settings

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Bought:
    """One order, or the redeeming of a coupon (``total`` 0), so many days ago."""

    who: int
    days: float
    total: int
    store: str


def _orders() -> list[Bought]:
    """Draw what forty people bought, by a rule that anybody can follow."""
    found = []
    for who in range(40):
        for number in range(who % 5):
            found.append(Bought(who, 3.5 + 6 * number, 40 + 7 * who, "AB"[(who + number) % 2]))
        for number in range(who * 3 % 7):
            found.append(Bought(who, 95.5 + 11 * number, 60 + who, "A" if who % 3 else "B"))
    return found


ORDERS = _orders()
COUPONS = [Bought(who, 25.5 + who % 4, 0, "A") for who in range(0, 40, 2)]


def _who_ordered(days: float, least: int) -> set[int]:
    counts = [sum(one.who == who and one.days <= days for one in ORDERS) for who in range(40)]
    return {who for who, count in enumerate(counts) if count >= least}


def _who_orders_less() -> set[int]:
    lately = [sum(one.who == who and one.days <= 90 for one in ORDERS) for who in range(40)]
    before = [sum(one.who == who and 90 < one.days <= 180 for one in ORDERS) for who in range(40)]
    return {who for who in range(40) if before[who] and Fraction(lately[who], before[who]) < 0.5}


def _who_redeemed_only() -> set[int]:
    def came_again(coupon: Bought) -> bool:
        return any(one.who == coupon.who and 0 < coupon.days - one.days < 14 for one in ORDERS)

    return {coupon.who for coupon in COUPONS if not came_again(coupon)}


def _best_tenth() -> int:
    buyers = len({one.who for one in ORDERS if one.days <= 90})
    return -(-buyers // 10)


def _who_is_faithful() -> set[int]:
    found = set()
    for who in range(40):
        hers = [one.store for one in ORDERS if one.who == who]
        if hers and Fraction(hers.count("A"), len(hers)) > Fraction(1, 2):
            found.add(who)
    return found


@pytest.fixture
def house_folder(wine_template: Path, tmp_path: Path) -> Path:
    """The small wine house, where forty people have bought something."""
    folder = Path(shutil.copytree(wine_template, tmp_path / "house"))
    app = open_app(Settings(data=folder))
    now = app.clock.now()
    calls = []
    for number, one in enumerate([*ORDERS, *COUPONS]):
        order = {"shop": "till", "order_id": f"A{number}", "total": one.total, "currency": "CNY"}
        calls.append({
            "type": "track", "userId": f"buyer-{one.who}", "messageId": f"bought-{number}",
            "timestamp": (to_datetime(now) - timedelta(days=one.days)).isoformat(),
            "event": "Order Completed" if one.total else "Coupon Redeemed",
            "properties": {**(order if one.total else {}), "store": one.store},
        })  # fmt: skip
    accepted = app.door.accept("till", json.dumps({"batch": calls}).encode(), "batch", now)
    assert not accepted.refused, accepted.refused
    app.settle(now)
    app.close()
    return folder


class Builder:
    """The form of a new segment, by the names that a person sees or the fields have."""

    def __init__(self, visit: Visit, task: Task) -> None:
        self.page, self.task = visit.page, task
        visit.open("/segments/new")
        expect(self.page.locator("#live:not([aria-busy])")).to_be_attached()

    def field(self, name: str) -> Locator:
        return self.page.locator(f"[name='r.0/{name}']")

    def choose(self, name: str, value: str) -> None:
        self.task.select(self.field(name), value)

    def write(self, name: str, value: str) -> None:
        self.task.type(self.field(name), value)

    def finds(self, people: int, sentence: str) -> None:
        expect(self.page.locator("#sentence")).to_have_text(sentence)
        expect(self.page.locator("#live-count")).to_have_text(str(people))
        expect(self.page.locator("#count-r-0")).to_have_text(str(people))


def test_five_questions_are_written_by_hand(visit: Visit) -> None:
    task = visit.task("five-questions")

    often = Builder(visit, task)
    often.choose("event", "Order Completed")
    often.write("is.0.value", "3")
    often.choose("window", "within")
    often.write("amount", "30")
    often.finds(len(_who_ordered(30, 3)), "最近 30 天内 下单 至少 3 次")

    less = Builder(visit, task)
    less.choose("kind", "trend")
    less.choose("event", "Order Completed")
    less.write("amount", "90")
    less.write("is.0.value", "50%")
    expect(less.page.locator("#sentence")).to_contain_text("90 天")
    expect(less.page.locator("#live-count")).to_have_text(str(len(_who_orders_less())))

    once = Builder(visit, task)
    once.choose("kind", "then")
    once.choose("event", "Coupon Redeemed")
    once.choose("absent", "on")
    once.choose("next", "Order Completed")
    once.write("gap", "14")
    expect(once.page.locator("#sentence")).to_contain_text("14 天")
    expect(once.page.locator("#live-count")).to_have_text(str(len(_who_redeemed_only())))

    best = Builder(visit, task)
    best.choose("kind", "top")
    best.choose("by", "sum")
    best.choose("event", "Order Completed")
    best.write("of", "total")
    expect(best.page.locator("#sentence")).to_contain_text("10")
    expect(best.page.locator("#live-count")).to_have_text(str(_best_tenth()))

    faithful = Builder(visit, task)
    faithful.choose("event", "Order Completed")
    faithful.choose("measure", "share")
    task.click(faithful.page.locator("[id='act-test:r.0']"))
    faithful.write("where.0.path", "store")
    faithful.choose("where.0.op", "=")
    faithful.write("where.0.value", "A")
    faithful.choose("is.0.op", ">")
    faithful.write("is.0.value", "50%")
    expect(faithful.page.locator("#sentence")).to_contain_text("占比")
    expect(faithful.page.locator("#live-count")).to_have_text(str(len(_who_is_faithful())))
    counts = {len(_who_ordered(30, 3)), len(_who_orders_less()), len(_who_redeemed_only()),
              _best_tenth(), len(_who_is_faithful())}  # fmt: skip
    assert len(counts) == 5, "each question finds another number of people"
    assert task.clicks <= 32
    task.done()
