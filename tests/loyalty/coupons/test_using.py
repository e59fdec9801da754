"""A coupon is used up once: locked for a payment, redeemed, given back."""

import pytest

from coterie.catalog.model import Item
from coterie.core.clock import DAY, MINUTE, SECOND
from coterie.core.errors import Conflict, Invalid
from coterie.loyalty.coupons.model import (
    Back,
    Locked,
    Order,
    OrderLine,
    Quote,
    Redeemed,
    Refusal,
    Released,
    Returned,
    RolledBack,
)
from loyalty.coupons.shop import YUAN, Shop, names, order

CENT = YUAN // 100
THIRDS = (33_33 * CENT, 33_33 * CENT, 33_34 * CENT)


def test_a_discount_is_parted_exactly_and_a_returned_line_refunds_its_share(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten")
    with shop.work() as work:
        done = shop.coupons.redeem(work, code, order("o1", *THIRDS), key="r1").result
        assert isinstance(done, Redeemed)
        offs = [share.off for share in done.quote.shares]
        assert sum(offs) == 10 * YUAN and offs == [3_33 * CENT, 3_33 * CENT, 3_34 * CENT]
        back = shop.coupons.returned(work, done.redemption, {"2": 1}, key="b1").result
        assert back == Returned(done.quote.coupon, 30_00 * CENT, (Back("2", 30_00 * CENT),))
        with pytest.raises(Invalid, match="0 are left"):
            shop.coupons.returned(work, done.redemption, {"2": 1}, key="b2")


def test_pieces_of_a_line_come_back_in_portions_to_the_cent(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten")
    three = Order(number="o1", lines=(OrderLine(id="1", amount=100 * YUAN, quantity=3),))
    with shop.work() as work:
        done = shop.coupons.redeem(work, code, three, key="r1").result
        assert isinstance(done, Redeemed)
        back = []
        for piece in range(3):
            one = shop.coupons.returned(work, done.redemption, {"1": 1}, key=f"b{piece}").result
            assert isinstance(one, Returned)
            back.append(one.amount)
        assert back == [30 * YUAN, 30 * YUAN, 30 * YUAN]


@pytest.mark.parametrize(("seconds", "is_paid"), [(14 * 60 + 59, True), (15 * 60 + 1, False)])
def test_payment_wins_while_the_lock_is_good(shop: Shop, seconds: int, is_paid: bool) -> None:
    shop.define("ten")
    code = shop.code("ten")
    with shop.work() as work:
        locked = shop.coupons.lock(work, code, order("o1", 50 * YUAN), key="l1").result
        other = shop.coupons.lock(work, code, order("o2", 50 * YUAN), key="l2").result
    assert isinstance(locked, Locked)
    assert isinstance(other, Refusal) and (other.reason, other.why) == (
        "quantity_exceeded",
        "locked",
    )
    shop.now += seconds * SECOND
    with shop.work() as work:
        paid = shop.coupons.redeem(work, code, lock=locked.lock, key="r1").result
        if is_paid:
            assert isinstance(paid, Redeemed) and paid.quote == locked.quote
        else:
            assert paid == Refusal("reservation_expired")
            again = shop.coupons.lock(work, code, order("o2", 50 * YUAN), key="l3").result
            assert isinstance(again, Locked)


def test_a_lock_outlives_the_end_of_its_coupon_and_the_template_switched_off(shop: Shop) -> None:
    shop.fund("gala", 100)
    shop.define("ten", ends="2026-11-22", budget="gala")
    code = shop.code("ten")
    shop.now += 12 * 60 * MINUTE - 5 * MINUTE  # five to midnight
    with shop.work() as work:
        locked = shop.coupons.lock(work, code, order("o1", 50 * YUAN), key="l1").result
        shop.coupons.enable(work, "ten", False)
    assert isinstance(locked, Locked)
    shop.now += 10 * MINUTE
    with shop.work() as work:
        assert shop.coupons.wake(work) == []
        assert isinstance(shop.coupons.validate(work, code), Refusal)
        paid = shop.coupons.redeem(work, "", lock=locked.lock, key="r1")
        assert isinstance(paid.result, Redeemed) and names(paid.facts) == ["redeemed"]
    assert shop.available("gala") == (90, 0, 10)
    assert shop.is_sound()


def test_the_same_key_gives_the_same_answer_and_no_fact_twice(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten")
    cart = order("o1", 50 * YUAN)
    with shop.work() as work:
        first = shop.coupons.redeem(work, code, cart, key="r1")
        again = shop.coupons.redeem(work, code, cart, key="r1")
        assert again.result == first.result and again.facts == [] and again.again
        with pytest.raises(Conflict, match="another request"):
            shop.coupons.redeem(work, code, order("o2", 50 * YUAN), key="r1")
        used = shop.coupons.redeem(work, code, order("o2", 50 * YUAN), key="r2").result
        assert used == Refusal("quantity_exceeded", "redeemed")


def test_a_rollback_gives_the_coupon_and_its_cost_back_also_after_the_campaign(shop: Shop) -> None:
    shop.fund("gala", 100, until=shop.now + DAY)
    shop.define("ten", ends="2026-11-23", budget="gala", stock=2)
    early, late = shop.code("ten", 1), shop.code("ten", 2)
    assert shop.available("gala") == (80, 20, 0)
    redemptions: list[int] = []
    with shop.work() as work:
        for number, code in enumerate((early, late)):
            done = shop.coupons.redeem(work, code, order(code, 50 * YUAN), key=code).result
            assert isinstance(done, Redeemed)
            redemptions.append(done.redemption)
            if number == 0:
                back = shop.coupons.rollback(work, done.redemption, reason="error", key="b1")
                assert isinstance(back.result, RolledBack) and back.result.state == "available"
                assert back.facts[0].properties["order_id"] == early
                twice = shop.coupons.rollback(work, done.redemption, reason="error", key="b2")
                assert twice.result == Refusal("not_found", "not_redeemed")
    assert shop.available("gala") == (80, 10, 10)
    shop.now += 5 * DAY
    with shop.work() as work:
        back = shop.coupons.rollback(work, redemptions[1], reason="refund", key="b3")
        assert isinstance(back.result, RolledBack) and back.result.state == "expired"
        assert names(back.facts) == ["rolled_back", "expired"]
        shop.coupons.wake(work)
    assert shop.available("gala") == (100, 0, 0)
    assert shop.is_sound()


def test_release_frees_it_for_others_and_once_is_enough(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten")
    with shop.work() as work:
        locked = shop.coupons.lock(work, code, order("o1", 50 * YUAN), key="l1").result
        assert isinstance(locked, Locked)
        freed = shop.coupons.release(work, locked.lock, key="u1").result
        assert isinstance(freed, Released) and freed.state == "available"
        late = shop.coupons.redeem(work, code, lock=locked.lock, key="r1").result
        assert late == Refusal("reservation_expired")
        assert isinstance(shop.coupons.validate(work, code, order("o2", 50 * YUAN)), Quote)


REFUSED: list[tuple[str, str, dict[str, object], Order | None]] = [
    ("order_rules", "minimum", {"minimum": 200 * YUAN}, order("o1", 100 * YUAN)),
    ("order_rules", "store", {"stores": ("west",)}, order("o1", 100 * YUAN, store="east")),
    ("order_rules", "items", {"items": ("boot",)}, order("o1", 100 * YUAN)),
    ("order_rules", "currency", {}, order("o1", 100 * YUAN, currency="USD")),
    ("order_rules", "no_order", {}, None),
    ("order_rules", "zero", {"kind": "percent", "percent": 1}, order("o1", CENT)),
    ("price_floor", "", {"floor": 9_500}, order("o1", 100 * YUAN)),
    ("not_active_yet", "", {"starts": "2026-11-23"}, order("o1", 100 * YUAN)),
    ("customer_rules", "segment", {"segment": "new"}, order("o1", 100 * YUAN)),
]


def test_what_an_order_must_be_is_said_by_reason(shop: Shop) -> None:
    for at, (reason, why, terms, cart) in enumerate(REFUSED):
        shop.segments["new"] = {7}
        shop.define(f"t{at}", **terms)
        code = shop.code(f"t{at}")
        shop.segments["new"] = set()
        with shop.work() as work:
            refusal = shop.coupons.redeem(work, code.lower(), cart, key=code).result
            assert isinstance(refusal, Refusal) and (refusal.reason, refusal.why) == (reason, why)
            [use, *_] = shop.coupons.uses(work)
            assert (use.verb, use.reason, use.why) == ("redeem", reason, why)
            assert shop.coupons.refusals(work, f"t{at}") == [("redeem", reason, why, 1)]


def test_a_code_is_hers_and_nobody_elses(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten", 7)
    with shop.work() as work:
        stranger = shop.coupons.redeem(work, code, order("o1", 50 * YUAN), 8, key="r1").result
        nothing = shop.coupons.redeem(work, "AB12-CD34-EF56", None, key="r2").result
    assert stranger == Refusal("recipient_mismatch")
    assert nothing == Refusal("not_found")


def test_a_code_for_everybody_gives_each_her_own(shop: Shop) -> None:
    shop.define("party", shared="Anni-2026", per_person=1, stock=2)
    cart = order("", 50 * YUAN)
    with shop.work() as work:
        use = shop.coupons
        assert use.validate(work, "anni2026", cart) == Refusal("missing_customer")
        assert isinstance(use.validate(work, "ANNI 2O26", cart, 7), Quote)
        first = use.redeem(work, "anni2026", cart, 7, key="r1")
        assert isinstance(first.result, Redeemed) and names(first.facts) == ["issued", "redeemed"]
        twice = use.redeem(work, "anni2026", cart, 7, key="r2").result
        assert twice == Refusal("profile_limit", "ever")
        assert isinstance(use.redeem(work, "anni2026", cart, 8, key="r3").result, Redeemed)
        late = use.redeem(work, "anni2026", cart, 9, key="r4").result
        assert late == Refusal("quantity_exceeded", "stock")
    assert shop.is_sound()


def test_a_percentage_spends_what_it_took_off_and_gives_the_rest_back(shop: Shop) -> None:
    shop.fund("gala", 100)
    shop.define("fifth", kind="percent", percent=2_000, most=30 * YUAN, budget="gala")
    code = shop.code("fifth")
    assert shop.available("gala") == (70, 30, 0)
    with shop.work() as work:
        done = shop.coupons.redeem(work, code, order("o1", 60 * YUAN), key="r1").result
    assert isinstance(done, Redeemed) and done.quote.discount == 12 * YUAN
    assert shop.available("gala") == (88, 0, 12)


def test_a_gift_is_handed_over_without_an_order(shop: Shop) -> None:
    shop.fund("gala", 100)
    shop.define("mug", kind="gift", gift="A mug", cost=8 * YUAN, budget="gala")
    code = shop.code("mug")
    with shop.work() as work:
        done = shop.coupons.redeem(work, code, at="west", key="r1")
    assert isinstance(done.result, Redeemed) and done.result.quote.gift == "A mug"
    assert done.facts[0].properties["store"] == "west"
    assert shop.available("gala") == (92, 0, 8)


def test_coupons_of_one_order_respect_each_other_and_the_floor_of_an_item(shop: Shop) -> None:
    shop.items(Item("boot", properties={"floor_price": 80}))
    cart = Order(number="o1", lines=(OrderLine(id="1", item="boot", amount=100 * YUAN),))
    shop.define("ten", exclusive=False)
    shop.define("alone")
    codes = [shop.code("ten", at) for at in (1, 2, 3)]
    with shop.work() as work:
        for number, code in enumerate(codes[:2]):
            done = shop.coupons.redeem(work, code, cart, key=f"r{number}").result
            assert isinstance(done, Redeemed)
            assert done.quote.shares[0].amount == (100 - 10 * number) * YUAN
        assert isinstance(done, Redeemed)
        back = shop.coupons.returned(work, done.redemption, {"1": 1}, key="b1").result
        assert isinstance(back, Returned) and back.amount == 80 * YUAN
        third = shop.coupons.redeem(work, codes[2], cart, key="r3").result
        assert isinstance(third, Refusal) and third.reason == "price_floor"
    alone = shop.code("alone", 9)
    with shop.work() as work:
        refused = shop.coupons.validate(work, alone, cart)
    assert refused == Refusal("order_rules", "exclusive")


def test_she_is_offered_the_best_of_what_she_has(shop: Shop) -> None:
    shop.define("ten")
    shop.define("five", amount=5 * YUAN)
    shop.define("big", amount=50 * YUAN, minimum=500 * YUAN)
    for slug in ("big", "five", "ten"):
        shop.give(slug, 7)
    with shop.work() as work:
        offers = shop.coupons.usable(work, 7, order("o1", 100 * YUAN))
    assert [one.template.slug for one in offers] == ["ten", "five", "big"]
    assert isinstance(offers[2].result, Refusal)
