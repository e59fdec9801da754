"""Each step of each order once: whoever tells of it, however often, however late."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY
from coterie.core.event import Event
from coterie.orders.model import Credit, Rate
from coterie.orders.money import converted, rate_at, read_worth
from coterie.orders.reading import told_of
from coterie.orders.sieve import Sieve

NOON = 20_000 * DAY


def event(name: str, source: str = "till", at: int = NOON, **said: object) -> Event:
    return Event(
        id=f"{name}-{source}-{said}", type="track", name=name, time=at, received=at, source=source,
        profile=7, user_id="ada", properties={"shop": "s", "order_id": "1", **said},
    )  # fmt: skip


def sieve(**rates: int) -> Sieve:
    worths = {code: [Rate(code, NOON // DAY, worth)] for code, worth in rates.items()}
    return Sieve({}, worths, "CNY", NOON, lambda token: Credit("o", 3) if token == "good" else None)


def run(into: Sieve, *events: Event) -> list[Event]:
    passed = []
    for one in events:
        told = told_of(0, one, {}, "CNY", one)
        assert told is not None
        found = into.pass_on(told, one)
        if found is not None:
            passed.append(found)
    return passed


def test_the_same_order_from_two_feeds_counts_once_and_the_difference_is_told() -> None:
    into = sieve()
    passed = run(
        into,
        event("Order Completed", "till", total="100.00"),
        event("Order Completed", "export", total="100.01"),
    )
    assert [one.source for one in passed] == ["till"]
    first, second = into.sightings
    assert (first.counts, second.counts) == (True, False)
    assert [(d.what, d.ours, d.theirs) for d in second.differences] == [
        ("amount", 1_000_000, 1_000_100)
    ]


def test_numbers_of_two_shops_are_two_orders() -> None:
    into = sieve()
    other = event("Order Completed", total=1, shop="t")
    assert len(run(into, event("Order Completed", total=1), other)) == 2


REFUNDS = (
    event("Order Refunded", "hook", refund_id="a", total=30),
    event("Order Refunded", "hook", refund_id="b", total=20),
    event("Order Refunded", "export", cumulative=True, total=50),
    event("Order Refunded", "hook", refund_id="a", total=30),
)


@pytest.mark.parametrize("order", list(permutations(REFUNDS)))
def test_refunds_come_to_the_same_in_any_order(order: tuple[Event, ...]) -> None:
    into = sieve()
    passed = run(into, event("Order Completed", total=100), *order)
    assert sum(one.properties["total"] for one in passed[1:]) == 50
    (known,) = into.orders.values()
    assert (known.refunded, known.net) == (500_000, 500_000)


@given(st.permutations(["Order Created", "Order Completed", "Order Refunded", "Order Completed"]))
def test_steps_in_any_order_end_the_same(names: list[str]) -> None:
    into = sieve()
    passed = run(into, *(event(name, total=10, refund_id="r") for name in names))
    assert sorted(one.name for one in passed) == [
        "Order Completed", "Order Created", "Order Refunded",
    ]  # fmt: skip
    (known,) = into.orders.values()
    assert (known.created, known.completed, known.total, known.refunded) == (
        NOON, NOON, 100_000, 100_000,
    )  # fmt: skip


def test_a_refund_without_an_amount_is_of_the_whole() -> None:
    into = sieve()
    passed = run(
        into,
        event("Order Completed", total=100),
        event("Order Refunded", refund_id="a", total=30),
        event("Order Refunded", refund_id="rest"),
    )
    assert [one.properties["total"] for one in passed] == [100, 30, 70]


def test_more_refunded_than_paid_is_a_difference_and_still_counts() -> None:
    into = sieve()
    run(into, event("Order Completed", total=10), event("Order Refunded", refund_id="a", total=12))
    assert [one.what for one in into.sightings[-1].differences] == ["over_refund"]


def test_another_currency_is_converted_by_the_rate_of_the_day() -> None:
    (passed,) = run(sieve(USD=712_345_678), event("Order Completed", total="10.01", currency="usd"))
    assert passed.amount == 713_100  # 71.3058 to the cent
    assert passed.properties["total"] == 71.31
    assert passed.properties["currency"] == "CNY"
    assert passed.properties["original"] == {"currency": "USD", "total": 10.01, "rate": 7.12345678}


def test_without_a_rate_an_order_is_left_out_of_sums_and_that_is_told() -> None:
    into = sieve()
    (passed,) = run(into, event("Order Completed", total=10, currency="USD"))
    assert passed.amount is None
    assert "total" not in passed.properties
    assert [one.what for one in into.sightings[0].differences] == ["no_rate"]


def test_a_rate_grows_old() -> None:
    rates = {"USD": [Rate("USD", 100, 7)]}
    assert rate_at(rates, "USD", 99 * DAY) is None
    assert rate_at(rates, "USD", 131 * DAY) is not None
    assert rate_at(rates, "USD", 132 * DAY) is None


def test_money_rounds_to_the_cent_half_away_from_zero() -> None:
    assert converted(1_50, read_worth("1")) == 200  # 0.015 is 0.02
    assert converted(-1_50, read_worth("1")) == -200


def test_an_order_that_brings_a_token_back_is_credited_and_a_strange_token_is_let_be() -> None:
    into = sieve()
    (passed,) = run(into, event("Order Completed", total=10, coterie="good"))
    assert passed.properties["recommended_by"] == {"offer": "o", "link": 3}
    assert "coterie" not in passed.properties
    (strange,) = run(sieve(), event("Order Completed", total=10, coterie="forged"))
    assert "recommended_by" not in strange.properties


def test_what_tells_of_no_order_goes_by() -> None:
    for one in (
        event("Order Completed", shop=""),
        event("Order Completed", order_id=None),
        event("Wine Rated"),
    ):
        assert told_of(0, one, {}, "CNY", one) is None
    feed = event("Order Completed", "till", shop=None)
    told = told_of(0, feed, {"till": "s"}, "CNY", feed)
    assert told is not None and told.shop == "s"
