"""A made-up campaign put straight into a house: some people, two shops and a cloud store."""

from random import Random
from typing import Any

from coterie.app import App
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.guides.organisation.model import Guide, Store

SLUG = "autumn"
PLAN: dict[str, Any] = {
    "title": {"en": "Ten years of shoes", "zh": "十周年庆"},
    "start": "2025-12-12",
    "phases": [
        {"phase": "build", "day": -7, "days": 3}, {"phase": "warm_up", "day": -4, "days": 4},
        {"phase": "sale", "day": 0, "days": 10},
    ],
    "stores": ["west", "east"], "group_codes": ["door"], "coupons": ["ten"], "holdout": 20,
    "targets": {"joined": 500, "revenue": "90000"},
    "spend": [{"title": {"en": "Posters"}, "amount": "3000"}],
}  # fmt: skip


class Autumn:
    """Writes down what happened, person by person."""

    def __init__(self, seed: int, opens: int, until: int) -> None:
        self.random = Random(seed)
        self.opens, self.until = opens, until
        self.events: list[Event] = []

    def fact(self, name: str, profile: int, at: int, **properties: Any) -> None:
        cause = (len(self.events),)
        told = fact(name, room="autumn", profile=profile, at=at, cause=cause, **properties)
        self.events.append(told)

    def track(self, name: str, profile: int, at: int, **properties: Any) -> None:
        self.events.append(
            Event(
                id=f"autumn-{len(self.events)}", type="track", name=name, time=at, received=at,
                source="shop", profile=profile, properties=properties,
            )
        )  # fmt: skip

    def order(self, profile: int, at: int, store: str, total: int) -> None:
        number = f"o{len(self.events)}"
        self.track("Order Completed", profile, at, order_id=number, shop="till", store=store,
                   total=total)  # fmt: skip
        if store != "cloud":
            self.fact("visit.made", profile, at, store=store, how="pos", day="", first=True)
        if self.random.random() < 0.06:
            self.track("Order Refunded", profile, at + DAY, order_id=number, shop="till",
                       refund_id=number, total=total)  # fmt: skip

    def person(self, profile: int) -> None:
        """Live one person's weeks: who likes the brand joins more often, and buys more anyway."""
        random = self.random
        fondness, invited = random.betavariate(2, 5), random.random() < 0.8
        price = random.randrange(300, 900)
        for back in (10, 27):
            if random.random() < fondness:
                self.order(profile, self.opens - back * DAY, "west", price)
        self.track("Page Viewed", profile, self.opens - 60 * DAY)
        self.fact("campaign.drawn", profile, self.opens, campaign=SLUG,
                  arm="invited" if invited else "held_out", why="lot")  # fmt: skip
        joins = random.random() < fondness * (1.7 if invited else 0.3)
        joined = self.opens + random.randrange(8 * DAY)
        if joins:
            self.join(profile, joined)
        if random.random() < fondness + (0.35 if joins and invited else 0.0):
            at = joined + random.randrange(HOUR, 8 * DAY)
            store = random.choice(("west", "west", "east", "east", "cloud"))
            self.order(profile, min(at, self.until - MINUTE), store, price)

    def join(self, profile: int, at: int) -> None:
        """Come into a group, and do what members do."""
        random = self.random
        group, scene = random.choice(("west-1", "west-2", "east-1")), random.random()
        if scene < 0.25:
            self.fact("referral.joined", profile, at, programme="friends", referral="r")
        self.fact("group.joined", profile, at, group=group, chat=group, campaign=SLUG, code="door",
                  scene="invited" if scene > 0.85 else "scanned", first=True)  # fmt: skip
        self.fact("coupon.issued", profile, at, template="ten", coupon=f"c{profile}", campaign=SLUG)
        if random.random() < 0.75:
            self.track("Poll Answered", profile, at + random.randrange(HOUR, DAY), poll="taste")
        if random.random() < 0.6:
            self.track("Article Read", profile, at + random.randrange(HOUR, 2 * DAY), item="boot")
        if random.random() < 0.4:
            self.fact("visit.made", profile, at + 3 * DAY, store="east", how="checkin", day="",
                      first=True)  # fmt: skip
        if random.random() < 0.2:
            self.fact("coupon.redeemed", profile, at + 3 * DAY, template="ten", amount=30,
                      coupon=f"c{profile}", order_id="", store="east", campaign=SLUG)  # fmt: skip
        if random.random() < 0.05:
            self.fact("group.left", profile, at + 2 * DAY, group=group, chat=group, campaign=SLUG)


def play(app: App, people: int, seed: int = 7) -> None:
    """Put the campaign and what came of it into a house."""
    now = app.clock.now()
    with app.db.begin(COMMAND, now) as work:
        for name, title, kind in (("west", "West Street", "offline"),
                                  ("east", "East Street", "offline"),
                                  ("cloud", "Cloud store", "cloud")):  # fmt: skip
            app.guides.organisation.save_store(work, Store(name, title, kind))  # type: ignore[arg-type]
        app.guides.organisation.save_guide(work, Guide("lin", "Lin", stores=("west",)))
        app.growing.plans.define(work, SLUG, PLAN)
        plan = app.growing.plans.scope(work, SLUG)
        made = Autumn(seed, plan.opens, plan.until)
        for profile in range(1, people + 1):
            made.person(profile)
        app.log.append(work, made.events)
