"""Coupons are issued once a want, to many at once, and never more than was promised."""

import threading

import pytest
from sqlalchemy import event

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.people import Shift
from coterie.loyalty.coupons.codes import read, shown
from coterie.loyalty.coupons.model import Order, Want
from coterie.storage.database import Database
from loyalty.coupons.shop import NOON, YUAN, Shop, names


def test_a_key_gives_one_coupon_for_ever(shop: Shop, database: Database) -> None:
    shop.define("ten")
    [fact] = shop.give("ten", 7)
    assert fact.properties["key"] == "k:ten:7" and fact.profile == 7
    assert shop.give("ten", 7, 8) != [] and shop.give("ten", 7, 8) == []
    with shop.work() as work:
        both = [Want(9, "ten", "twice", "x:1"), Want(9, "ten", "twice", "x:1")]
        assert names(shop.coupons.issue(work, both)) == ["issued"]
        [one] = shop.coupons.of_profile(work, 7)
        assert one.code is not None and shop.coupons.find(work, shown(one.code).lower()) == one
        assert read(shown(one.code)) == one.code
    assert shop.numbers("ten").issued == 3


def test_refusals_are_facts_with_reasons(shop: Shop) -> None:
    shop.segments["vip"] = {1}
    shop.fund("small", 15)
    shop.define("vip", segment="vip")
    shop.define("one", per_person=1)
    shop.define("few", stock=1)
    shop.define("paid", budget="small")
    shop.define("off", enabled=False)
    shop.define("gone", ends="2026-11-21")
    said = {}
    for slug in ("vip", "one", "few", "paid", "off", "gone", "none"):
        facts = [*shop.give(slug, 2, 3, key="a"), *shop.give(slug, 2, key="b")]
        said[slug] = [one.properties.get("reason") for one in facts]
    assert said == {
        "vip": ["customer_rules"] * 3,
        "one": [None, None, "profile_limit"],
        "few": [None, "quantity_exceeded", "quantity_exceeded"],
        "paid": [None, "campaign_budget", "campaign_budget"],
        "off": ["disabled"] * 3,
        "gone": ["expired"] * 3,
        "none": ["not_found"] * 3,
    }
    with shop.work() as work:
        assert shop.coupons.refusals(work, "few") == [("issue", "quantity_exceeded", "stock", 2)]
        assert shop.coupons.stock(work, ["few", "one"]) == {"few": 0, "one": None}
    assert shop.is_sound()


def test_a_limit_a_day_counts_local_days(shop: Shop) -> None:
    shop.define("daily", per_person=1, per="day")
    assert names(shop.give("daily", 7, key="a")) == ["issued"]
    assert names(shop.give("daily", 7, key="b")) == ["refused"]
    shop.now += DAY // 2  # local midnight
    assert names(shop.give("daily", 7, key="c")) == ["issued"]


def test_a_coupon_is_good_to_the_end_of_its_last_local_day(shop: Shop) -> None:
    shop.fund("gala", 100)
    shop.define("week", days=1, ends="2026-12-31", budget="gala")
    shop.give("week", 7)
    with shop.work() as work:
        [one] = shop.coupons.of_profile(work, 7)
        assert one.expires == NOON + DAY // 2 + DAY == shop.coupons.next_due(work)
    shop.now = one.expires
    assert shop.available("gala") == (100, 0, 0)  # at once, before anybody has swept
    with shop.work() as work:
        assert names(shop.coupons.wake(work)) == ["expired"]
        assert shop.coupons.next_due(work) is None
    assert shop.numbers("week").states["expired"] == 1
    assert shop.is_sound()


def test_what_was_not_used_can_be_taken_back(shop: Shop) -> None:
    shop.fund("gala", 100)
    shop.define("ten", budget="gala")
    facts = shop.give("ten", 1, 2)
    with shop.work() as work:
        ids = [one.properties["coupon"] for one in facts]
        assert names(shop.coupons.revoke(work, ids[:1], "mistake")) == ["revoked"]
        assert names(shop.coupons.revoke(work, ids[1:], "fraud")) == ["revoked"]
        assert shop.coupons.revoke(work, ids, "again") == []
    assert shop.available("gala") == (100, 0, 0)
    assert shop.is_sound()


def test_a_soft_budget_is_passed_and_tells_of_it(shop: Shop) -> None:
    shop.fund("soft", 15, mode="soft")
    shop.define("ten", budget="soft")
    assert names(shop.give("ten", 1, 2, 3)) == ["issued"] * 3
    assert shop.available("soft") == (-15, 30, 0)


def test_a_budget_never_shrinks_below_what_is_promised(shop: Shop) -> None:
    shop.fund("gala", 100)
    shop.define("ten", budget="gala")
    shop.give("ten", 1, 2)
    with pytest.raises(Invalid, match="set aside already"):
        shop.fund("gala", 10)
    shop.fund("gala", 20)
    assert shop.available("gala") == (0, 20, 0)


def test_terms_are_those_of_the_day_of_issue(shop: Shop) -> None:
    shop.define("ten")
    code = shop.code("ten")
    assert shop.define("ten", amount=1 * YUAN).version == 2
    with shop.work() as work:
        found = shop.coupons.find(work, code)
        assert found is not None
        assert shop.coupons.terms_of(work, [found])[found.id].amount == 10 * YUAN
        assert [one.number for one in shop.coupons.versions(work, "ten")] == [2, 1]


def test_a_template_that_makes_no_sense_is_refused(shop: Shop) -> None:
    wrong: list[tuple[str, dict[str, object]]] = [
        ("amount", {"amount": 0}),
        ("percent", {"kind": "percent", "percent": 10_001}),
        ("most", {"kind": "percent", "percent": 10, "budget": "gala"}),
        ("gift", {"kind": "gift"}),
        ("stock", {"stock": 0}),
        ("ends", {"ends": "soon"}),
        ("ends", {"starts": "2026-12-02", "ends": "2026-12-01"}),
        ("budget", {"budget": "none"}),
        ("shared", {"shared": "x"}),
    ]
    for path, said in wrong:
        with pytest.raises(Invalid) as error:
            shop.define("ten", **said)
        assert error.value.path == path


def rush(shop: Shop, template: str, people: int, threads: int) -> list[str]:
    """Let people claim a coupon each, all at once; return what each was told."""
    told: list[str] = []

    def claim(mine: range) -> None:
        for profile in mine:
            with shop.database.begin(COMMAND, NOON) as work:
                want = Want(profile, template, f"rush:{profile}", "rush:1")
                [fact] = shop.coupons.issue(work, [want])
            told.append(fact.properties.get("reason", "issued"))

    claims = [
        threading.Thread(target=claim, args=(range(1 + at, people + 1, threads),))
        for at in range(threads)
    ]
    for one in claims:
        one.start()
    for one in claims:
        one.join()
    return told


@pytest.mark.parametrize(
    "people", [60, pytest.param(10_000, marks=pytest.mark.crash)], ids=["few", "all"]
)  # fmt: skip
def test_of_many_who_rush_exactly_so_many_win(shop: Shop, database: Database, people: int) -> None:
    stock = 100 if people > 100 else 10
    shop.define("rush", stock=stock)
    told = rush(shop, "rush", people, 8)
    assert told.count("issued") == stock
    assert told.count("quantity_exceeded") == people - stock
    numbers = shop.numbers("rush")
    assert (numbers.issued, numbers.states["available"], numbers.refused) == (
        stock, stock, people - stock,
    )  # fmt: skip
    assert shop.is_sound()


def test_a_hard_budget_serves_as_many_as_it_can_pay(shop: Shop, database: Database) -> None:
    shop.fund("gala", 1_000)
    shop.define("thirty", amount=30 * YUAN, budget="gala")
    told = rush(shop, "thirty", 40, 8)
    assert told.count("issued") == 33 and told.count("campaign_budget") == 7
    assert shop.available("gala") == (10, 990, 0)
    assert shop.is_sound()


def test_works_that_promise_in_any_order_never_wait_for_each_other(
    shop: Shop, database: Database
) -> None:
    shop.fund("gala", 10_000)
    for slug in ("one", "two"):
        shop.define(slug, budget="gala")
    codes = [shop.code(slug, at) for at in range(1, 7) for slug in ("one", "two")]
    failed: list[Exception] = []

    def act(mine: int) -> None:
        for at in range(3):
            slugs = ["one", "two"] if (mine + at) % 2 else ["two", "one"]
            number = 4 * at + mine
            try:
                with database.begin(COMMAND, NOON) as work:
                    if at % 3 == 0:
                        shop.coupons.redeem(work, codes[number], Order(total=YUAN), key=f"{number}")
                    for slug in slugs:
                        shop.coupons.issue(work, [Want(90, slug, f"{number}{slug}", "x:1")])
                    if at % 3:
                        shop.coupons.redeem(work, codes[number], Order(total=YUAN), key=f"{number}")
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=act, args=(mine,)) for mine in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failed
    assert shop.numbers("one").issued == 6 + 12 and shop.is_sound()
    assert shop.available("gala")[2] == 12


def test_however_many_want_one_it_takes_a_few_statements(shop: Shop) -> None:
    shop.fund("gala", 30_000)
    shop.define("ten", stock=2_500, per_person=1, budget="gala")
    statements = []
    with shop.work() as work:
        event.listen(
            shop.database.engine, "before_cursor_execute",
            lambda *said: statements.append(said[2]),
        )  # fmt: skip
        wants = [Want(at, "ten", f"w{at}", "segment:all") for at in range(1, 3_001)]
        facts = shop.coupons.issue(work, wants)
    assert len(facts) == 3_000 and len(statements) < 25
    assert shop.numbers("ten").issued == 2_500


def waken(shop: Shop) -> list[int]:
    """Let time do what is due; return how many facts each time told."""
    portions = []
    while True:
        with shop.work() as work:
            facts = shop.coupons.wake(work)
            if not facts:
                return portions
            portions.append(len(facts))


def test_a_segment_gets_its_coupons_in_portions(shop: Shop) -> None:
    shop.segments["all"] = set(range(1, 4_501))
    shop.define("ten", stock=4_400)
    with shop.work() as work:
        begun = shop.coupons.give_to_segment(work, "ten", "all")
        assert begun == shop.coupons.give_to_segment(work, "ten", "all"), "one is under way"
        assert (begun.total, shop.coupons.next_due(work)) == (4_500, NOON)
    assert waken(shop) == [2_000, 2_000, 500]
    with shop.work() as work:
        [one] = shop.coupons.handouts(work, "ten")
        assert (one.stage, one.given, one.refused) == ("done", 4_400, 100)
        assert shop.coupons.next_due(work) is None
        assert shop.coupons.of_profile(work, 1)[0].origin == "segment:all"


def test_a_segment_that_is_given_to_again_gives_newcomers_theirs(shop: Shop) -> None:
    shop.segments["all"] = {1, 2, 3}
    shop.define("ten")
    with shop.work() as work:
        shop.coupons.give_to_segment(work, "ten", "all")
    assert waken(shop) == [3]
    shop.segments["all"] = {1, 2, 3, 4}
    with shop.work() as work:
        shop.coupons.give_to_segment(work, "ten", "all")
    assert waken(shop) == [1]
    assert shop.numbers("ten").issued == 4


def test_what_a_segment_did_not_use_is_taken_back_in_portions(shop: Shop) -> None:
    shop.fund("gala", 45_000)
    shop.segments["all"] = set(range(1, 4_001))
    shop.define("ten", budget="gala")
    with shop.work() as work:
        begun = shop.coupons.give_to_segment(work, "ten", "all")
        with pytest.raises(Conflict, match="running"):
            shop.coupons.take_back(work, begun.slug)
    with shop.work() as work:
        assert len(shop.coupons.wake(work)) == 2_000
        assert shop.coupons.stop_handout(work, begun.slug).stage == "stopped"
        with pytest.raises(Conflict, match="stopped"):
            shop.coupons.stop_handout(work, begun.slug)
        [first] = shop.coupons.of_profile(work, 1)
        assert shop.coupons.redeem(
            work, first.code or "", Order(number="o1", total=50 * YUAN), key="r1"
        ).facts
    beside = shop.code("ten", 4_000, key="beside")
    with shop.work() as work:
        shop.coupons.take_back(work, begun.slug)
    assert waken(shop) == [1_999]
    with shop.work() as work:
        assert shop.coupons.handouts(work, "ten")[0].stage == "taken"
        kept = shop.coupons.find(work, beside)
        assert kept is not None and kept.state == "available", "it was given for another reason"
        with pytest.raises(NotFound):
            shop.coupons.take_back(work, "nothing")
    assert shop.numbers("ten").states["redeemed"] == 1
    assert shop.available("gala") == (45_000 - 20, 10, 10)
    assert shop.is_sound()


def test_what_is_switched_off_is_given_to_no_segment(shop: Shop) -> None:
    shop.segments["all"] = {1}
    shop.define("ten")
    with shop.work() as work:
        shop.coupons.enable(work, "ten", False)
        with pytest.raises(Conflict, match="switched off"):
            shop.coupons.give_to_segment(work, "ten", "all")


def test_coupons_go_where_people_go_and_stay_when_they_are_forgotten(shop: Shop) -> None:
    shop.fund("gala", 100)
    shop.define("ten", budget="gala")
    used, kept = shop.code("ten", 7, key="a"), shop.code("ten", 7, key="b")
    with shop.work() as work:
        shop.coupons.redeem(work, used, Order(number="o1", total=50 * YUAN), key="r1")
        shop.coupons.follow(work, [Shift(7, 7, 3)])
        assert len(shop.coupons.of_profile(work, 3)) == 2
        shop.coupons.follow(work, [Shift(7, 3, 7)])
        assert {one["state"] for one in shop.coupons.hand_out(work, 7)["coupons"]} == {
            "redeemed", "available",
        }  # fmt: skip
        assert shop.coupons.erase(work, [7]) == {"coupons": 2, "coupon_uses": 1}
        assert shop.coupons.erase(work, [7]) == {"coupons": 0, "coupon_uses": 0}
        assert shop.coupons.find(work, kept) is None
        assert shop.coupons.numbers(work, ["ten"])["ten"].states["redeemed"] == 1
    assert shop.available("gala") == (90, 0, 10)
    assert shop.is_sound()
