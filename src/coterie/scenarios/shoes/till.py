"""Rings up what is bought: at the tills of the stores and in the online shop. Over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coterie.core.clock import DAY, HOUR
from coterie.core.numbers import SCALE, scaled
from coterie.loyalty.coupons.model import Coupon
from coterie.scenarios.shoes.brand import CLOUD, FEEDS, PHYSICAL, guide_name
from coterie.scenarios.shoes.crowd import union_of
from coterie.scenarios.shoes.doors import UNIONID, track
from coterie.scenarios.shoes.history import member_number
from coterie.scenarios.shoes.laying import ACTOR
from coterie.scenarios.shoes.lives import Deed, is_old
from coterie.scenarios.shoes.story import Sale, Story
from coterie.scenarios.shoes.streets import of_store

RELEASES = 0.03
"""Of those whose coupon lies on the counter already, whoever keeps it for another time."""


@dataclass(frozen=True)
class Cut:
    """What a coupon took off, scaled; ``redemption`` is None where the shop tells of it later."""

    code: str
    off: int
    redemption: int | None


def ring_up(story: Story, deeds: Mapping[str, Sequence[Deed]]) -> None:
    """Let people come in at the doors of stores, buy, and bring back what does not fit."""
    _doors(story, deeds)
    bought = [one for verb in ("visit", "buy") for one in deeds.get(verb, ()) if one.more["buys"]]
    shown = _shown(story, [one.who for one in bought if one.more["coupon"]])
    for one in sorted(bought, key=lambda deed: deed.order):
        _sell(story, one, shown.get(one.who, []))
    for one in deeds.get("back", ()):
        _give_back(story, one)


def number_of(deed: Deed) -> str:
    """Return the number of what somebody buys."""
    return f"{deed.who}-{deed.more['time']}"


def _doors(story: Story, deeds: Mapping[str, Sequence[Deed]]) -> None:
    """Tell who held her phone at the code beside the door; most were met by a guide."""
    calls: dict[str, list[dict[str, Any]]] = {store: [] for store in PHYSICAL}
    seen = [one for one in deeds.get("visit", ()) if one.more["checks_in"]]
    for one in [*seen, *deeds.get("scan", ())]:
        store = one.more["store"]
        said: dict[str, Any] = {"store": store}
        there = of_store(story, store)
        if story.plan.chance("is met", f"{one.who} {one.at}", 0.7):
            place = int(story.plan.draw("met by", f"{one.who} {one.at}") * len(there))
            said["guide"] = guide_name(there[place])
        calls[store].append(track(
            "Store Visited", union_of(story.plan, one.who), one.at, f"{one.who}-visit-{one.at}",
            said,
        ))  # fmt: skip
        story.counts["check-ins"] += 1
    for store, some in calls.items():
        story.doors.events(f"door-{store}", some)


def _shown(story: Story, people: Sequence[str]) -> dict[str, list[Coupon]]:
    """Return the coupons that people have on their phones, the largest first."""
    profiles = story.profiles(people)
    now = story.stage.now
    with story.rooms.db.read(ACTOR, now) as work:
        held = story.rooms.growing.coupons.held(work, set(profiles.values())) if profiles else {}
    return {
        who: sorted(
            (one for one in held[profile] if one.state_at(now) == "available"),
            key=lambda one: (-one.cost, one.issued, one.id),
        )
        for who, profile in profiles.items()
    }


def _sell(story: Story, deed: Deed, coupons: Sequence[Coupon]) -> None:
    feed, number = FEEDS[deed.more["store"]], number_of(deed)
    cut = _cut(story, deed, coupons)
    total = sum(one.price for one in deed.more["lines"]) * SCALE - (cut.off if cut else 0)
    data = {
        "order": number, "total": _yuan(total), "currency": "CNY",
        "customer": _customer(story, deed.who), "store_id": deed.more["store"],
        "channel": "online" if deed.more["store"] == CLOUD else "offline",
        "lines": [
            {"sku": one.sku, "name": one.title, "quantity": 1, "price": str(one.price)}
            for one in deed.more["lines"]
        ],
        **({"coupon": cut.code, "discount": _yuan(cut.off)} if cut else {}),
    }  # fmt: skip
    story.doors.deliver(feed, f"{number}-paid", "order.paid", deed.at, data)
    sale = Sale(total, cut.off if cut else 0, cut.redemption if cut else None)
    story.rolls.setdefault(feed, {})[number] = sale
    story.counts["orders"] += 1
    if deed.more["back"]:
        wait = 3 * DAY + round(story.plan.draw("back after", number) * 3 * DAY)
        story.push(Deed(deed.at + wait // HOUR * HOUR, "back", deed.who, deed.more))


def _cut(story: Story, deed: Deed, coupons: Sequence[Coupon]) -> Cut | None:
    """Try her coupons one after the other; return what the first that goes takes off."""
    store, number = deed.more["store"], number_of(deed)
    feed = FEEDS[store]
    order = {
        "number": number, "shop": feed, "store": store, "currency": "CNY",
        "lines": [
            {"id": str(place), "item": one.sku, "quantity": 1, "amount": one.price}
            for place, one in enumerate(deed.more["lines"], 1)
        ],
    }  # fmt: skip
    for place, one in enumerate(coupons):
        assert one.code is not None
        asked = {"code": one.code, "order": order}
        key = f"{number}-{place}"
        if store == CLOUD:  # the shop tells of the coupon with the order
            told = story.doors.ask(feed, "/v1/coupons/validate", asked)
            if told["result"] == "ok":
                story.counts["coupons redeemed"] += 1
                return Cut(one.code, _scaled(told["discount"]), None)
            continue
        told = story.doors.ask(feed, "/v1/coupons/lock", {**asked, "key": f"{key}-lock"})
        if told["result"] != "locked":
            story.counts[f"coupons refused: {told.get('reason')}"] += 1
            continue
        if story.plan.chance("releases", number, RELEASES):
            asked = {"lock": told["lock"], "key": f"{key}-release"}
            story.doors.ask(feed, "/v1/coupons/release", asked)
            story.counts["coupons released"] += 1
            return None
        asked = {"lock": told["lock"], "store": store, "key": f"{key}-redeem"}
        told = story.doors.ask(feed, "/v1/coupons/redeem", asked)
        if told["result"] == "redeemed":
            story.counts["coupons redeemed"] += 1
            return Cut(one.code, _scaled(told["discount"]), told["redemption"])
    return None


def _give_back(story: Story, deed: Deed) -> None:
    """Take the order back, or its first pair, for what was paid for it."""
    feed, number = FEEDS[deed.more["store"]], number_of(deed)
    sale = story.rolls[feed][number]
    whole = deed.more["whole"] or len(deed.more["lines"]) == 1
    amount = sale.paid if whole else deed.more["lines"][0].price * SCALE
    if not whole and sale.redemption is not None:
        asked = {"redemption": sale.redemption, "lines": {"1": 1}, "key": f"{number}-return"}
        amount = _scaled(story.doors.ask(feed, "/v1/coupons/return", asked)["amount"])
    elif not whole and sale.off:
        amount = min(amount, sale.paid)
    data = {
        "order": number, "refund": f"{number}-1", "total": _yuan(amount), "currency": "CNY",
        "customer": _customer(story, deed.who), "store_id": deed.more["store"], "lines": [],
    }  # fmt: skip
    story.doors.deliver(feed, f"{number}-back", "order.refunded", deed.at, data)
    sale.back += amount
    story.counts["refunds"] += 1
    if whole and sale.off:
        story.counts["coupons taken back"] += 1


def _customer(story: Story, who: str) -> dict[str, str]:
    """Say who buys, as the till knows her: by her card, or by the code on her phone."""
    if is_old(who) and story.plan.chance("shows card", who, 0.6):
        return {"member_no": member_number(int(who[1:]))}
    return {UNIONID: union_of(story.plan, who)}


def _scaled(amount: float | str) -> int:
    found = scaled(amount)
    assert found is not None
    return found


def _yuan(amount: int) -> str:
    return f"{amount / SCALE:.2f}"
