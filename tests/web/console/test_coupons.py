"""Coupons, budgets and benefits at the desk, and what a store's page tells of visits."""

from typing import Any

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.guides.organisation.model import Guide, Store
from coterie.loyalty.benefits.model import Benefit
from coterie.loyalty.coupons.model import Order, Template
from coterie.web.charts import Step, Waterfall
from coterie.web.console.benefits.form import benefit_of, fields_of, where_of
from coterie.web.console.coupons.form import Fields, template_of
from coterie.web.console.coupons.form import fields_of as coupon_fields
from web.console.conftest import Desk
from web.console.words import text_of

WELCOME = {
    "slug": "welcome", "en": "Welcome", "zh": "入群礼券", "kind": "amount", "amount": "20",
    "minimum": "200", "days": "30", "stock": "2", "per_person": "1", "budget": "spring",
}  # fmt: skip
JOIN = {"slug": "join", "en": "Join us", "on": "other", "event": "Group Joined", "give": "welcome",
        "once": "ever"}  # fmt: skip


def happened(name: str, profile: int, at: int, **properties: Any) -> Event:
    return Event(
        id=f"{name}{profile}{at}", type="track", name=name, time=at, received=at, source="t",
        user_id=f"u{profile}", properties=properties,
    )  # fmt: skip


def receive(desk: Desk, *events: Event) -> None:
    desk.app.inbox.put(desk.app.clock.now(), "test", list(events))
    desk.settle()


def test_empty_rooms_teach(desk: Desk) -> None:
    assert "/coupons/new" in desk.get("/coupons").text
    assert "33 people, never 34" in text_of(desk.get("/coupons/budgets", lang="en"))
    assert "Make the coupon first" in text_of(desk.get("/benefits", lang="en"))


def test_a_coupon_is_made_given_redeemed_and_switched_off(desk: Desk) -> None:
    app = desk.app
    assert desk.form("/coupons/new", **WELCOME).status_code == 400, "no such budget yet"
    spring = {"slug": "spring", "amount": "1,000", "mode": "hard"}
    assert desk.form("/coupons/budgets", **spring).status_code == 303
    assert desk.form("/coupons/budgets", slug="none", amount="").status_code == 400
    assert desk.form("/coupons/new", **{**WELCOME, "slug": "budgets"}).status_code == 400
    assert desk.form("/coupons/new", **{**WELCOME, "amount": "much"}).status_code == 400
    made = desk.form("/coupons/new", **WELCOME)
    assert made.headers["location"].startswith("/coupons/welcome")
    assert desk.form("/coupons/new", **WELCOME).status_code == 400, "the name is taken"
    assert desk.form("/benefits/new", **{**JOIN, "give": "nothing"}).status_code == 400
    assert desk.form("/benefits/new", **JOIN).status_code == 303
    now = app.clock.now()
    receive(desk, *(happened("Group Joined", one, now) for one in range(1, 5)))
    with app.db.begin(CLOCK, now) as work:
        who = app.profiles.find(work, "user_id", "u1")
        assert who is not None
        [coupon] = app.growing.coupons.of_profile(work, who)
        for number, total in (("7", 100_0000), ("8", 300_0000)):
            order = Order(number=number, store="bund", total=total)
            outcome = app.growing.coupons.redeem(work, coupon.code or "", order, key=number)
            app.inbound.tell(work, outcome.facts)
    desk.settle()
    listed = text_of(desk.get("/coupons", lang="en"))
    assert "¥20 from ¥200" in listed and "of 2" in listed and "Join us" in listed
    page = text_of(desk.get("/coupons/welcome", lang="en"))
    assert "Of 2 given, 1 were redeemed and 1 can still be used" in page
    assert "all of them were given out" in page and "the order is too small" in page
    assert "20.00 spent, 20.00 set aside" in text_of(desk.get("/coupons/budgets", lang="en"))
    benefit = text_of(desk.get("/benefits/join", lang="en"))
    assert "10.00" in benefit and "none is left" in benefit, "20.00 parted among the two"
    assert "10.00" in text_of(desk.get("/benefits", lang="en"))
    refused = desk.get("/benefits/join", state="refused")
    assert refused.text.count("data-row>") == 2
    assert desk.form("/coupons/welcome/off").status_code == 303
    assert "switched off" in text_of(desk.get("/coupons/welcome", lang="en")).lower()
    assert desk.form("/coupons/welcome/on").status_code == 303
    assert desk.form("/benefits/join/off").status_code == 303
    assert "given to nobody" in text_of(desk.get("/benefits/join", lang="en"))
    assert desk.form("/benefits/join/on").status_code == 303
    for path in ("/coupons", "/coupons/welcome", "/coupons/welcome/edit", "/benefits",
                 "/benefits/join", "/benefits/join/edit", "/benefits/referral"):  # fmt: skip
        assert desk.get(path, lang="zh").status_code == 200
    verbs = text_of(desk.get("/audit", lang="en"))
    assert "wrote down a benefit" in verbs and "switched a benefit on or off" in verbs


def test_a_coupon_is_given_to_a_segment_once(desk: Desk) -> None:
    app = desk.app
    desk.form("/coupons/budgets", slug="spring", amount="1000")
    desk.form("/coupons/new", **{**WELCOME, "stock": ""})
    now = app.clock.now()
    receive(desk, *(happened("Article Read", one, now) for one in range(1, 4)))
    with app.db.begin(CLOCK, now) as work:
        app.segments.define(work, "readers", {"did": "Article Read"}, title_en="Readers")
    desk.settle()
    for _ in range(2):
        assert desk.form("/coupons/welcome/give", segment="readers").status_code == 303
        desk.settle()
    assert desk.form("/coupons/welcome/give", segment="nobody").status_code == 400
    with app.db.read(CLOCK, now) as work:
        assert app.growing.coupons.numbers(work, ["welcome"])["welcome"].issued == 3
    changed = desk.form("/coupons/welcome/edit", **{**WELCOME, "stock": "1"})
    assert changed.status_code == 400, "more are out already"
    assert desk.form("/coupons/welcome/edit", **{**WELCOME, "stock": "9"}).status_code == 303
    page = text_of(desk.get("/coupons/welcome", lang="en"))
    assert "Given to segments" in page and "3 of 3" in page and "0 of 3" in page
    with app.db.read(CLOCK, now) as work:
        first = app.growing.coupons.handouts(work, "welcome")[-1].slug
    handout = f"/coupons/welcome/handouts/{first}"
    assert desk.form(f"{handout}/stop").status_code == 409, "it is over"
    assert desk.form(f"{handout}/take-back").status_code == 303
    desk.settle()
    with app.db.read(CLOCK, now) as work:
        states = app.growing.coupons.numbers(work, ["welcome"])["welcome"].states
    assert states["revoked"] == 3
    assert "taken back" in text_of(desk.get("/coupons/welcome", lang="en"))
    assert "took coupons back" in text_of(desk.get("/audit", lang="en"))


def test_a_stores_page_tells_of_visits_and_the_loop(desk: Desk) -> None:
    app = desk.app
    now = app.clock.now()
    with app.db.begin(CLOCK, now - 9 * DAY) as work:
        app.guides.organisation.save_store(work, Store("bund", "The Bund"))
        app.guides.organisation.save_guide(work, Guide("lina", "Li Na", stores=("bund",)))
    assert "Nobody is known to have come" in text_of(desk.get("/stores/bund", lang="en"))
    before = now - 5 * DAY
    receive(
        desk,
        happened("Store Visited", 1, before, store="bund", guide="lina"),
        happened("Contact Added", 1, before + MINUTE, guide="lina"),
        happened("Group Joined", 1, before + HOUR, group_id="g"),
        happened("Order Completed", 1, now - 2 * DAY, order_id="7", shop="s", store="bund",
                 total=300),
        happened("Order Completed", 2, now - DAY, order_id="8", shop="s", store="bund", total=90),
        happened("Order Completed", 1, now - DAY, order_id="9", shop="s", store="web", total=50),
    )  # fmt: skip
    page = text_of(desk.get("/stores/bund", lang="en"))
    assert "Bought at the till 2" in page and "2 customers in 30 days." in page
    assert "1. came to the store 2" in page and "4. came again 1" in page
    assert "took 3 days or less" in page
    assert "In this store 2 390.00" in page and "Online 1 50.00" in page


# --- pure


@pytest.mark.parametrize(
    "one",
    [
        Template(slug="a", titles={"en": "A"}, kind="amount", amount=19_9000, minimum=100_0000),
        Template(slug="b", titles={"zh": "乙"}, kind="percent", percent=1_550, most=60_0000, days=3,
                 stores=("bund", "xuhui"), stock=9, per_person=2, budget="b", floor=5_000),
        Template(slug="c", titles={"en": "C"}, kind="gift", gift="Insoles", cost=8_0000,
                 starts="2026-01-01", ends="2026-02-01", segment="s", shared="SPRING"),
    ],
    ids=lambda one: one.slug,
)  # fmt: skip
def test_what_was_laid_out_as_a_form_reads_back_the_same(one: Template) -> None:
    assert template_of(Fields(coupon_fields(one), one)) == one


def test_a_benefits_form_reads_back_the_same() -> None:
    one = Benefit("b", {"en": "B"}, "Group Joined", "c", {"n": 3, "first": True, "text": "3"})
    assert benefit_of(fields_of(one)) == one
    one = Benefit("b", {"en": "B"}, "coterie.visit.made", "c", {"store": ["bund", "xuhui"]},
                  "by:store", "spring", "Order Refunded", "Them")  # fmt: skip
    assert benefit_of(fields_of(one)) == one
    with pytest.raises(Invalid):
        where_of("store bund")


def test_bars_of_a_waterfall_hang_where_the_last_ended() -> None:
    steps = [Step("given", 10, total=True), Step("redeemed", -4), Step("back", 1),
             Step("left", 7, total=True)]  # fmt: skip
    bars = Waterfall("w", "t", steps, "n").spec["bars"]
    assert [(one["from"], one["size"], one["way"]) for one in bars] == [
        (0, 10, "total"), (6, 4, "out"), (6, 1, "in"), (0, 7, "total"),
    ]  # fmt: skip
