"""A second reader of a campaign: plain Python over timelines, to hold the SQL against.

It walks through each person's events in order, as the definitions say it in words.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median_low
from typing import Any
from zoneinfo import ZoneInfo

from coterie.analytics.review.definitions import ACTIVE, CONTENT, ONLINE
from coterie.analytics.review.model import Scope
from coterie.core.clock import local_date, midnight
from coterie.core.numbers import scaled
from coterie.events.model import Logged


@dataclass
class Sold:
    """An order, as told by all its events."""

    profile: int
    at: int
    store: str | None
    amount: int
    refunded: int = 0
    whole: bool = False

    @property
    def gone(self) -> bool:
        return self.whole or (self.refunded > 0 and self.refunded >= self.amount)

    @property
    def net(self) -> int:
        return self.amount - self.refunded


@dataclass
class Member:
    """What one member did."""

    joined: int
    floor: int
    group: str
    how: str
    left: list[int] = field(default_factory=list)
    deeds: list[tuple[int, bool, bool]] = field(default_factory=list)
    visits: list[tuple[int, str]] = field(default_factory=list)
    orders: list[Sold] = field(default_factory=list)


Timelines = Mapping[int, Sequence[Logged]]


def sold(lines: Timelines) -> dict[tuple[str, str], Sold]:
    """Put the events of orders together."""
    found: dict[tuple[str, str], Sold] = {}
    events = sorted((e for hers in lines.values() for e in hers), key=lambda e: (e.time, e.seq))
    for event in events:
        if event.name == "Order Completed":
            found.setdefault(
                _order(event), Sold(event.profile, event.time, event.store, event.amount or 0)
            )
    for event in events:
        one = found.get(_order(event))
        if one is not None and event.name == "Order Refunded":
            one.refunded += event.amount or 0
            one.whole |= event.amount is None
        elif one is not None and event.name == "Order Cancelled":
            one.whole = True
    return found


def _order(event: Logged) -> tuple[str, str]:
    said = event.properties
    return str(said.get("shop", event.source)), str(said.get("order_id", ""))


def members(lines: Timelines, scope: Scope, zone: ZoneInfo) -> dict[int, Member]:
    """Find who came into a group of the campaign, and what she did from then on."""
    found: dict[int, Member] = {}
    chats: set[str] = set()
    for profile, hers in lines.items():
        for event in hers:
            if _is_join(event, scope):
                chats.add(event.properties["chat"])
                if profile not in found:
                    floor = midnight(local_date(event.time, zone), zone)
                    how = _how(event, hers, scope)
                    found[profile] = Member(event.time, floor, event.properties["group"], how)
    for profile, one in found.items():
        for event in lines[profile]:
            if event.time < scope.until:
                _take(one, event, scope, chats)
    for order in sold(lines).values():
        one = found.get(order.profile)
        if one is not None and one.floor <= order.at < scope.until:
            one.orders.append(order)
    return found


def _is_join(event: Logged, scope: Scope) -> bool:
    said = event.properties
    ours = said.get("campaign") == scope.slug or said.get("code") in scope.codes
    return event.name == "coterie.group.joined" and ours and scope.since <= event.time < scope.until


def _how(join: Logged, hers: Sequence[Logged], scope: Scope) -> str:
    for event in hers:
        within = scope.since <= event.time < scope.until
        came = event.name == "coterie.referral.joined" and within
        if came and event.properties["programme"] == scope.programme:
            return "fission"
    said = join.properties
    if said.get("scene") in ("invited", "link"):
        return "invitation"
    if said.get("scene") == "scanned" or said.get("code"):
        return "code"
    return "invitation" if said.get("inviter") else "other"


def _take(one: Member, event: Logged, scope: Scope, chats: set[str]) -> None:
    if event.time >= one.joined and event.name in ACTIVE:
        seeds = event.name in CONTENT and bool(event.items)
        one.deeds.append((event.time, event.name in ONLINE, seeds))
    if event.time >= one.floor and event.name == "coterie.visit.made":
        one.visits.append((event.time, event.properties["store"]))
    said = event.properties
    ours = said.get("campaign") == scope.slug or said.get("chat") in chats
    if event.name == "coterie.group.left" and event.time >= one.joined and ours:
        one.left.append(event.time)


def walk(one: Member) -> list[int | None]:
    """Return when she came to each step, each at or after the one before."""
    paid = sorted(order.at for order in one.orders if not order.gone)
    seeds = [at for at, _, is_seed in one.deeds if is_seed]
    steps: list[int | None] = [one.joined]
    for moments in ([at for at, _, _ in one.deeds], seeds, [at for at, _ in one.visits], paid):
        before = steps[-1]
        later = [] if before is None else [at for at in moments if at >= before]
        steps.append(min(later) if later else None)
    return steps


def recount(lines: Timelines, scope: Scope, zone: ZoneInfo) -> dict[str, Any]:
    """Tell the figures that the review tells, counted the slow way."""
    found = members(lines, scope, zone)
    every = list(found.values())
    orders = [order for one in every for order in one.orders]
    kept = [order for order in orders if not order.gone]
    walked = [walk(one) for one in every]
    people = [sum(steps[n] is not None for steps in walked) for n in range(5)]
    medians: list[int | None] = [None]
    for n in range(1, 5):
        gaps = [b - a for steps in walked if (a := steps[n - 1]) is not None
                and (b := steps[n]) is not None]  # fmt: skip
        medians.append(median_low(gaps) if gaps else None)

    def day(moment: int) -> str:
        return local_date(moment, zone).isoformat()

    in_all = [
        len(every), sum(bool(one.deeds) for one in every),
        sum(any(seed for _, _, seed in one.deeds) for one in every),
        sum(bool(one.visits) for one in every),
        sum(any(not order.gone for order in one.orders) for one in every),
    ]  # fmt: skip
    return {
        "total": {
            "joined": len(every),
            "left": sum(bool(one.left) for one in every),
            "active": in_all[1], "seeded": in_all[2],
            "visits": sum(len({day(at) for at, _ in one.visits}) for one in every),
            "visitors": in_all[3], "buyers": in_all[4], "orders": len(kept),
            "revenue": sum(order.net for order in kept),
            "refunded": sum(order.refunded for order in kept),
            "gone": len(orders) - len(kept),
        },
        "joined_by": {
            how: sum(one.how == how for one in every)
            for how in ("code", "fission", "invitation", "other")
        },
        "steps": list(zip(people, in_all, medians, strict=True)),
        "places": _places(every, scope),
        "stores": _stores(every, day),
        "by_day": _by_day(every, day),
        "coupons": _coupons(lines, scope),
        "groups": {
            group: sum(one.group == group for one in every) for group in {o.group for o in every}
        },
    }  # fmt: skip


def _places(every: Sequence[Member], scope: Scope) -> dict[str, tuple[int, int, int]]:
    found = {place: [0, 0, 0] for place in ("offline", "online", "elsewhere")}
    for one in every:
        for order in one.orders:
            if order.gone:
                continue
            place, helped = "elsewhere", False
            if order.store in scope.physical:
                place = "offline"
                helped = any(online and at < order.at for at, online, _ in one.deeds)
            elif order.store is None or order.store in scope.online:
                place, helped = "online", any(at < order.at for at, _ in one.visits)
            found[place][0] += 1
            found[place][1] += order.net
            found[place][2] += helped
    return {place: (a, b, c) for place, (a, b, c) in found.items()}


def _stores(every: Sequence[Member], day: Any) -> dict[str, tuple[int, int, int]]:
    visits: dict[str, int] = defaultdict(int)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in every:
        for store, _ in {(store, day(at)) for at, store in one.visits}:
            visits[store] += 1
        for order in one.orders:
            if not order.gone:
                sums[order.store or ""][0] += 1
                sums[order.store or ""][1] += order.net
    return {key: (visits[key], *sums[key]) for key in {*visits, *sums}}


def _by_day(every: Sequence[Member], day: Any) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in every:
        found[day(one.joined)]["joined"] += 1
        for moment in {day(at) for at in one.left}:
            found[moment]["left"] += 1
        paid = [order for order in one.orders if not order.gone]
        firsts = {"active": [at for at, _, _ in one.deeds],
                  "visitors": [at for at, _ in one.visits],
                  "buyers": [order.at for order in paid]}  # fmt: skip
        for what, moments in firsts.items():
            if moments:
                found[day(min(moments))][what] += 1
        for moment in {day(at) for at, _ in one.visits}:
            found[moment]["visits"] += 1
        for order in paid:
            found[day(order.at)]["orders"] += 1
            found[day(order.at)]["revenue"] += order.net
    return {moment: dict(sums) for moment, sums in found.items()}


def _coupons(lines: Timelines, scope: Scope) -> dict[str, int]:
    found = dict.fromkeys(("issued", "redeemed", "rolled_back", "expired", "revoked", "spent"), 0)
    for hers in lines.values():
        for event in hers:
            said = event.properties
            fate = event.name.removeprefix("coterie.coupon.")
            ours = said.get("campaign") == scope.slug or said.get("template") in scope.templates
            if fate in found and ours:
                found[fate] += 1
                sign = {"redeemed": 1, "rolled_back": -1}.get(fate, 0)
                found["spent"] += sign * (scaled(said.get("amount")) or 0)
    return found


def spent(lines: Timelines, profile: int, since: int, until: int) -> int:
    """Return what a person's orders of a time are worth."""
    return sum(
        order.net
        for order in sold(lines).values()
        if order.profile == profile and since <= order.at < until and not order.gone
    )
