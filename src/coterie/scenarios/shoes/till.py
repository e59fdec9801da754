"""Rings up what is bought: at the tills of the stores and in the online shop. Over HTTP."""

from typing import Any

from coterie.core.clock import DAY, HOUR
from coterie.scenarios.shoes.brand import CLOUD, FEEDS, PHYSICAL, guide_name
from coterie.scenarios.shoes.crowd import union_of
from coterie.scenarios.shoes.doors import UNIONID, track
from coterie.scenarios.shoes.history import member_number
from coterie.scenarios.shoes.lives import Deed, is_old
from coterie.scenarios.shoes.story import Story
from coterie.scenarios.shoes.streets import of_store


def ring_up(story: Story, deeds: dict[str, list[Deed]]) -> None:
    """Let people come in at the doors of stores, buy, and bring back what does not fit."""
    _doors(story, deeds)
    for one in sorted([*deeds.get("visit", ()), *deeds.get("buy", ())], key=lambda d: d.order):
        if one.more["buys"]:
            _sell(story, one)
    for one in deeds.get("back", ()):
        _give_back(story, one)


def number_of(deed: Deed) -> str:
    """Return the number of what somebody buys."""
    return f"{deed.who}-{deed.more['time']}"


def _doors(story: Story, deeds: dict[str, list[Deed]]) -> None:
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
        cause = f"{one.who}-visit-{one.at}"
        calls[store].append(track("Store Visited", union_of(story.plan, one.who), one.at, cause,
                                  said))  # fmt: skip
        story.counts["check-ins"] += 1
    for store, some in calls.items():
        story.doors.events(f"door-{store}", some)


def _sell(story: Story, deed: Deed) -> None:
    feed, number = FEEDS[deed.more["store"]], number_of(deed)
    total = sum(one.price for one in deed.more["lines"])
    data = {
        "order": number, "total": str(total), "currency": "CNY",
        "customer": _customer(story, deed.who), "store_id": deed.more["store"],
        "channel": "online" if deed.more["store"] == CLOUD else "offline",
        "lines": [
            {"sku": one.sku, "name": one.title, "quantity": 1, "price": str(one.price)}
            for one in deed.more["lines"]
        ],
    }  # fmt: skip
    story.doors.deliver(feed, f"{number}-paid", "order.paid", deed.at, data)
    story.rolls.setdefault(feed, {})[number] = [total, 0]
    story.counts["orders"] += 1
    if deed.more["back"]:
        wait = 3 * DAY + round(story.plan.draw("back after", number) * 3 * DAY)
        at = deed.at + wait // HOUR * HOUR
        story.push(Deed(at, "back", deed.who, {**deed.more, "paid": total}))


def _give_back(story: Story, deed: Deed) -> None:
    feed, number = FEEDS[deed.more["store"]], number_of(deed)
    whole = deed.more["whole"] or len(deed.more["lines"]) == 1
    amount = deed.more["paid"] if whole else deed.more["lines"][0].price
    data = {
        "order": number, "refund": f"{number}-1", "total": str(amount), "currency": "CNY",
        "customer": _customer(story, deed.who), "store_id": deed.more["store"], "lines": [],
    }  # fmt: skip
    story.doors.deliver(feed, f"{number}-back", "order.refunded", deed.at, data)
    story.rolls[feed][number][1] += amount
    story.counts["refunds"] += 1


def _customer(story: Story, who: str) -> dict[str, str]:
    """Say who buys, as the till knows her: by her card, or by the code on her phone."""
    if is_old(who) and story.plan.chance("shows card", who, 0.6):
        return {"member_no": member_number(int(who[1:]))}
    return {UNIONID: union_of(story.plan, who)}
