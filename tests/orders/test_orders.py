"""Orders down the real road: counted once, reconciled, figures read both ways, kept and erased."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from coterie.core.people import Shift
from coterie.orders import store
from coterie.orders.model import Order, Sighting
from coterie.storage.database import Database
from coterie.testing import House
from coterie.testing.asking import TESTER


@pytest.fixture
def house() -> Iterator[House]:
    with House(at="2026-01-10T00:00:00Z", holdout=0) as made:
        yield made


def order(name: str, number: str, at: str, who: str = "ada", **said: object) -> dict[str, object]:
    return {
        "type": "track", "event": name, "userId": who, "timestamp": at,
        "properties": {"shop": "vino", "order_id": number, **said},
    }  # fmt: skip


def test_a_late_refund_corrects_history_and_both_readings_are_there(house: House) -> None:
    house.receive([
        order("Order Completed", "1", "2026-01-05T04:00:00Z", total="100.00"),
        order("Order Completed", "2", "2026-01-06T04:00:00Z", who="grace", total="50.50"),
        order("Order Completed", "1", "2026-01-05T04:00:00Z", total="100.00"),
        order("Order Refunded", "1", "2026-01-09T04:00:00Z", refund_id="r1", total="30.00"),
    ])  # fmt: skip
    commerce = house.app.commerce
    with house.app.db.read(TESTER, 0) as work:
        days = {one.day: one for one in commerce.balance.days(work, date(2026, 1, 9), 5)}
        figures = commerce.balance.figures(work, 0, 2**62)
        report = commerce.balance.reconcile(work)
    assert (days["2026-01-05"].by_refund, days["2026-01-05"].by_order) == (1_000_000, 700_000)
    assert (days["2026-01-09"].by_refund, days["2026-01-09"].by_order) == (-300_000, 0)
    assert (figures.orders, figures.customers, figures.gross) == (2, 2, 1_505_000)
    assert (figures.refunded, figures.returned) == (300_000, 300_000)
    assert report.differing == 0
    assert [(line.day, line.orders, line.told, line.logged) for line in report.lines] == [
        ("2026-01-06", 1, 505_000, 505_000),
        ("2026-01-05", 1, 1_000_000, 1_000_000),
    ]


def test_a_difference_between_feeds_is_listed(house: House) -> None:
    house.receive([order("Order Completed", "1", "2026-01-05T04:00:00Z", total="100.00")])
    other = order("Order Completed", "1", "2026-01-05T04:00:00Z", total="99.00")
    house.app.door.accept("export", _body([{**other, "messageId": "x"}]), "batch", _now(house))
    house.settle()
    with house.app.db.read(TESTER, 0) as work:
        report = house.app.commerce.balance.reconcile(work)
        ada = house.app.profiles.find(work, "user_id", "ada")
        assert ada is not None
        (found,) = house.app.commerce.orders.of_profile(work, ada)
        seen = house.app.commerce.orders.seen_by(work, [found.id])[found.id]
    assert [(one.source, one.why, one.told, one.logged) for one in report.unlike] == [
        ("export", "amount", 990_000, 1_000_000)
    ]
    assert [(one.source, one.counts) for one in seen] == [("house", True), ("export", False)]


def test_rows_follow_a_person_and_forget_her(database: Database) -> None:
    with database.begin(TESTER, 5) as work:
        one = Order("s", "1", profile=3, came_with=3, source="till", completed=1, total=7)
        store.save(work, [one])
        told = Sighting("s", "1", "completed", "", "till", 1, 7, "CNY", True, 5, 5)
        store.see(work, [told], {one.key: one.id})
        store.see(work, [told], {one.key: one.id})
        store.follow(work, [Shift(3, 3, 2)])
    with database.begin(TESTER, 6) as work:
        (found,) = store.of_profile(work, 2, 9)
        assert (found.profile, found.came_with, found.total) == (2, 3, 7)
        assert [seen.times for seen in store.seen_by(work, [found.id])[found.id]] == [2]
        assert store.erase(work, [3]) == {"orders": 1}
        assert store.erase(work, [3]) == {"orders": 0}
        assert store.of_profile(work, 2, 9) == []
        again = store.find(work, "s", "1")
    assert again is not None  # known by its key: told again, it is not counted again
    assert again.total == 7


def _now(house: House) -> int:
    return house.app.clock.now()


def _body(items: list[dict[str, object]]) -> bytes:
    return json.dumps({"batch": items}).encode()
