"""What coupons hear on the road: orders paid with one, given back, and what time brings."""

import random
from typing import Any

import pytest

from coterie.core.clock import MINUTE
from coterie.core.event import Event
from coterie.loyalty.coupons.judging import Around, Other, quoted
from coterie.loyalty.coupons.model import (
    Locked,
    Order,
    OrderLine,
    Redeemed,
    Refusal,
    Template,
    Want,
)
from coterie.storage.database import Database
from loyalty.coupons.shop import YUAN, Shop, names, order


def told(name: str, number: str, amount: int | None, **said: Any) -> Event:
    return Event(
        id=f"{name}:{number}:{amount}", type="track", name=name, time=0, received=0, source="till",
        profile=7, amount=amount, properties={"order_id": number, **said},
    )  # fmt: skip


def hear(shop: Shop, *events: Event) -> list[str]:
    with shop.work() as work:
        return names(shop.coupons.hear(work, events, []))


def test_an_order_that_names_its_coupon_redeems_it_once(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten")
    paid = told("Order Completed", "o1", 40 * YUAN, coupon=code, discount=10)
    assert hear(shop, paid) == ["redeemed"]
    assert hear(shop, told("Order Completed", "o1", 40 * YUAN, coupon=code)) == []
    another = told("Order Completed", "o2", 40 * YUAN, coupon=f"SUMMER, {code.lower()}")
    assert hear(shop, another) == []
    with shop.work() as work:
        assert shop.coupons.refusals(work) == [("redeem", "quantity_exceeded", "redeemed", 1)]


def test_whoever_tells_of_a_payment_first_the_other_hears_the_same(shop: Shop) -> None:
    shop.define("ten")
    code, cart = shop.code("ten"), order("o1", 50 * YUAN)
    with shop.work() as work:
        locked = shop.coupons.lock(work, code, cart, key="l1").result
    assert isinstance(locked, Locked)
    paid = told("Order Completed", "o1", 40 * YUAN, coupon=code)
    assert hear(shop, paid) == ["redeemed"]
    with shop.work() as work:
        one = shop.coupons.redeem(work, "", lock=locked.lock, key="r1")
        two = shop.coupons.redeem(work, code, cart, key="r2")
    assert isinstance(one.result, Redeemed) and one.result == two.result
    assert one.result.quote == locked.quote and one.facts == two.facts == []


def test_an_order_paid_and_cancelled_at_once_leaves_the_coupon(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten")
    paid = told("Order Completed", "o1", 40 * YUAN, coupon=code)
    heard = hear(shop, told("Order Cancelled", "o1", None), paid)
    assert heard == ["redeemed", "rolled_back"]


def test_all_of_an_order_refunded_in_portions_gives_the_coupon_back(shop: Shop) -> None:
    shop.fund("gala", 10)
    shop.define("ten", budget="gala")
    code = shop.code("ten")
    with shop.work() as work:
        shop.coupons.redeem(work, code, order("o1", 30 * YUAN, 20 * YUAN), key="r1")
    assert hear(shop, told("Order Refunded", "o1", 24 * YUAN)) == []
    assert shop.available("gala") == (0, 0, 10)
    assert hear(shop, told("Order Refunded", "o1", 16 * YUAN)) == ["rolled_back"]
    assert hear(shop, told("Order Cancelled", "o1", None)) == []
    assert shop.available("gala") == (0, 10, 0)
    with shop.work() as work:
        newest, *_ = shop.coupons.uses(work)
        assert (newest.verb, newest.order, newest.amount) == ("rollback", "o1", 10 * YUAN)
    assert shop.is_sound()


def test_a_cancelled_order_of_another_shop_changes_nothing(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten")
    with shop.work() as work:
        shop.coupons.redeem(work, code, order("o1", 50 * YUAN, shop="mall"), key="r1")
    assert hear(shop, told("Order Cancelled", "o1", None, shop="till")) == []
    assert hear(shop, told("Order Cancelled", "o1", None, shop="mall")) == ["rolled_back"]


def test_no_combination_of_six_coupons_breaks_a_floor() -> None:
    """Every way to put some of six promotions on one order, one after the other."""
    cart = Order(
        number="o1",
        lines=(
            OrderLine(id="1", item="boot", amount=100 * YUAN, list=120 * YUAN),
            OrderLine(id="2", item="sock", amount=20 * YUAN),
        ),
    )
    kinds: list[dict[str, Any]] = [
        {"kind": "amount", "amount": 30 * YUAN}, {"kind": "amount", "amount": 7 * YUAN},
        {"kind": "percent", "percent": 1_000}, {"kind": "percent", "percent": 2_500},
        {"kind": "amount", "amount": 12 * YUAN, "floor": 7_000},
        {"kind": "percent", "percent": 500, "floor": 6_000},
    ]  # fmt: skip
    six = [
        Template(slug=f"t{at}", titles={"en": "x"}, exclusive=False, **said)
        for at, said in enumerate(kinds)
    ]
    floors = {"boot": 60 * YUAN, "sock": 5 * YUAN}
    refused = 0

    def put(left: list[Template], others: list[Other]) -> None:
        nonlocal refused
        pays = {one.id: one.amount - sum(o.off[one.id] for o in others) for one in cart.lines}
        share = max((one.template.floor for one in others), default=0)
        assert pays["1"] >= max(60 * YUAN, 120 * share) and pays["2"] >= max(5 * YUAN, 20 * share)
        for one in left:
            quote = quoted("c", one, cart, Around(0, "CNY", 100, None, floors, others))
            if isinstance(quote, Refusal):
                refused += 1
                assert quote.reason == "price_floor"
                continue
            assert sum(each.off for each in quote.shares) == quote.discount
            offs = {each.line: each.off for each in quote.shares}
            put([other for other in left if other is not one], [*others, Other(one, offs)])

    put(six, [])
    assert refused > 100


@pytest.mark.parametrize(
    "rounds", [40, pytest.param(1_000, marks=pytest.mark.crash)], ids=["few", "all"]
)  # fmt: skip
def test_whatever_is_done_the_numbers_stay_true(
    shop: Shop, database: Database, rounds: int
) -> None:
    """Issued = available + locked + redeemed + expired + revoked, and no budget is overdrawn."""
    draw = random.Random(8)
    shop.fund("gala", 120)
    shop.define("ten", stock=40, budget="gala", days=0)
    shop.define("fifth", kind="percent", percent=2_000, most=20 * YUAN, budget="gala")
    codes: list[str] = []
    locks: list[str] = []
    redemptions: list[int] = []
    for at in range(rounds):
        shop.now += draw.choice((0, 0, MINUTE, 8 * MINUTE, 200 * MINUTE))
        verb = draw.choice(("give", "give", "lock", "lock", "redeem", "pay", "back", "free",
                            "refund", "wake", "revoke"))  # fmt: skip
        cart = order(f"o{draw.randrange(40)}", draw.randrange(1, 90) * YUAN)
        with shop.work() as work:
            use, key = shop.coupons, f"k{at}"
            if verb == "give":
                slug = draw.choice(("ten", "fifth"))
                codes += _given(shop, work, slug, at)
            elif verb == "lock" and codes:
                result = use.lock(work, draw.choice(codes), cart, key=key).result
                locks += [result.lock] if isinstance(result, Locked) else []
            elif verb in ("redeem", "pay") and codes:
                lock = draw.choice(locks) if verb == "pay" and locks else None
                code = "" if lock else draw.choice(codes)
                done = use.redeem(work, code, cart, lock=lock, key=key).result
                redemptions += [done.redemption] if isinstance(done, Redeemed) else []
            elif verb == "back" and redemptions:
                use.rollback(work, draw.choice(redemptions), reason="error", key=key)
            elif verb == "free" and locks:
                use.release(work, draw.choice(locks), key=key)
            elif verb == "refund":
                use.hear(work, [told("Order Refunded", cart.number, 90 * YUAN)], [])
            elif verb == "wake":
                use.wake(work)
            elif verb == "revoke" and codes:
                found = use.find(work, draw.choice(codes))
                use.revoke(work, [found.id] if found else [], "drawn")
        has, held, spent = _of_gala(shop)
        assert has >= 0 and has + held + spent == 120 * YUAN
        assert shop.is_sound(), (at, verb)
    assert redemptions and locks


def _given(shop: Shop, work: Any, slug: str, at: int) -> list[str]:
    facts = shop.coupons.issue(work, [Want(7, slug, f"w{at}", "drawn:1")])
    ids = [one.properties["coupon"] for one in facts if "coupon" in one.properties]
    return [code for one in shop.coupons.several(work, ids).values() if (code := one.code)]


def _of_gala(shop: Shop) -> tuple[int, int, int]:
    with shop.work() as work:
        one = shop.coupons.budget(work, "gala")
    return one.available, one.held, one.spent
