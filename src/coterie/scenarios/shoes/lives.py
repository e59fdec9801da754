"""What one person does, from the moment that she came; pure, and nobody's life hangs on another's.

A person is known by her name: ``b7`` is an old customer, ``w7`` came by herself, ``g7`` was
brought by a guide, ``w7.2`` is the friend that ``w7`` led to her landing page third.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import exp, log
from typing import Any, Literal

from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.scenarios.shoes.brand import (
    ARTICLES,
    CHOICES,
    CLOUD,
    FULL_TOPIC,
    PHYSICAL,
    SHOES,
    TOPICS,
    Shoe,
)
from coterie.scenarios.shoes.plan import Plan

Verb = Literal[
    "scan", "join", "bring_in", "touch", "read", "answer", "visit", "buy", "back", "leave",
    "token", "guide_leaves", "sale_comes",
]  # fmt: skip
"""The last three happen to everybody."""
NEXT_FRIEND = 34 * HOUR
"""How long a friend takes on average from the landing page's first sight of her referrer."""
_MOST_FRIENDS = 30
POLL_OPENS = -5


@dataclass(frozen=True)
class Deed:
    """One thing that one person does."""

    at: int
    verb: Verb
    who: str
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, str, str]:
        """By what deeds are put in order."""
        return self.at, self.who, self.verb


def is_old(who: str) -> bool:
    """Say whether somebody was a customer before.

    >>> is_old("b7"), is_old("b7.0")
    (True, False)
    """
    return who.startswith("b") and "." not in who


def comes(plan: Plan, who: str, *, reached: int | None) -> Deed | None:
    """Return how an old customer comes into a group; ``reached`` is when the invitation did."""
    planted = plan.planted
    share = planted.unasked_comes if reached is None else planted.asked_comes
    if not plan.chance("comes", who, share):
        return None
    if reached is None:
        return Deed(plan.arrival(who), "join", who, {"code": plan.home(who)})
    after = reached + 20 * MINUTE + round(plan.draw("after", who) * 30 * HOUR)
    return Deed(_open(after), "join", who, {"code": plan.home(who)})


def buys_of_old(plan: Plan, who: str, *, reached: bool) -> Iterator[Deed]:
    """Yield what an old customer buys: more of them do when the invitation reached them."""
    planted = plan.planted
    if plan.chance("buys", who, planted.asked_buys if reached else planted.unasked_buys):
        day = int(plan.draw("buys on", who) * plan.SALE_DAYS)
        at, home = plan.open_hour(day, f"buys {who}"), plan.home(who)
        offline = home != CLOUD and plan.chance("buys offline", who, 0.88)
        yield Deed(at, "visit" if offline else "buy", who, basket(plan, who, home, offline))


def walks_in(plan: Plan, number: int) -> Deed:
    """Return how somebody comes who comes by herself: by a poster, or by the code at the till."""
    who = f"w{number}"
    at, home = plan.arrival(who), plan.home(who)
    if home != CLOUD and plan.chance("by till", who, plan.planted.by_till):
        return Deed(at, "scan", who, {"store": home})
    topic = plan.chance("by topic", who, 0.5)
    return Deed(at, "join", who, {"code": topic_of(plan, who) if topic else home})


def brought_in(plan: Plan, number: int) -> Deed:
    """Return how a guide brings somebody in: she invites her into her store's group."""
    who = f"g{number}"
    return Deed(plan.arrival(who), "bring_in", who, {"store": plan.home(who)})


def topic_of(plan: Plan, who: str) -> str:
    """Return the topic that somebody likes: nearly half of all want to see what is new first."""
    drawn = plan.draw("topic", who)
    return FULL_TOPIC if drawn < 0.45 else TOPICS[int((drawn - 0.45) / 0.55 * (len(TOPICS) - 1))]


def life(plan: Plan, who: str, came: int) -> list[Deed]:
    """Return what a member does, from when she came on; an old customer's purchases apart."""
    deeds = [*_reads(plan, who, came), *_answers(plan, who, came), *friends(plan, who, came)]
    deeds += _more_groups(plan, who, came)
    if not is_old(who):
        deeds += _visits(plan, who, came)
        deeds += _online(plan, who, came)
    return sorted((one for one in deeds if one.at < plan.day(plan.LAST)), key=lambda one: one.order)


def friends(plan: Plan, who: str, came: int) -> Iterator[Deed]:
    """Yield whom a member leads to her landing page, and which of them go on into a group.

    Some are customers of old and one in a hundred is herself: these count for nothing.
    """
    planted = plan.planted
    number = poisson(planted.friends[plan.tier(who)], plan.draw("friends", who))
    until = plan.day(plan.EXTENDED)
    for place in range(number):
        friend = f"{who}.{place}"
        wait = -log(1 - plan.draw("lag", friend)) * (NEXT_FRIEND - HOUR) + HOUR
        at = _open(came + round(min(wait, 6 * DAY)))
        if at >= until:
            continue
        kind = plan.draw("who is it", friend)
        if kind < planted.friend_is_self:
            yield Deed(at, "touch", who, {"by": who, "joins": False})
        elif kind < planted.friend_is_self + planted.friend_is_old:
            old = f"b{int(plan.draw('which old', friend) * plan.base)}"
            yield Deed(at, "touch", old, {"by": who, "joins": False})
        else:
            joins = plan.chance("joins", friend, planted.friend_joins)
            yield Deed(at, "touch", friend, {"by": who, "joins": joins})


def poisson(mean: float, drawn: float) -> int:
    """Return the number that belongs to a draw, in a Poisson distribution.

    >>> [poisson(0.8, one / 10) for one in range(10)]
    [0, 0, 0, 0, 0, 1, 1, 1, 1, 2]
    """
    share, total, number = exp(-mean), exp(-mean), 0
    while drawn >= total and number < _MOST_FRIENDS:
        number += 1
        share *= mean / number
        total += share
    return number


def basket(plan: Plan, who: str, store: str, offline: bool, time: int = 0) -> dict[str, Any]:
    """Return what somebody buys, where, and what she brings back of it."""
    key = f"{who} {time}"
    shoes = [shoe(plan, key, offline)]
    if plan.chance("second pair", key, 0.32 if offline else 0.12):
        shoes.append(shoe(plan, f"{key} more", offline))
    return {
        "store": store, "buys": True, "lines": tuple(shoes), "time": time,
        "coupon": plan.chance("uses coupon", key, plan.planted.uses_coupon),
        "back": plan.chance("back", key, plan.planted.returns),
        "whole": plan.chance("whole", key, 0.5),
        "checks_in": plan.chance("checks in", key, 0.5),
    }  # fmt: skip


def shoe(plan: Plan, key: str, offline: bool) -> Shoe:
    """Return a shoe: what is tried on in a store costs more."""
    drawn = plan.draw("shoe", key)
    ordered = sorted(SHOES, key=lambda one: one.price)
    return ordered[int((drawn**0.95 if offline else drawn**1.3) * len(ordered))]


def _reads(plan: Plan, who: str, came: int) -> Iterator[Deed]:
    tier = plan.tier(who)
    if not plan.chance("reads", who, plan.planted.reads[tier]):
        return
    number = 1 + poisson((7.0, 2.0, 0.0)[tier], plan.draw("how much", who))
    for place in range(number):
        key = f"{who} read {place}"
        at = _open(came + HOUR + round(plan.draw("read after", key) ** 1.5 * 12 * DAY))
        if plan.chance("a shoe", key, 0.4):
            yield Deed(at, "read", who, {"item": shoe(plan, key, False).sku, "place": place})
        else:
            article = ARTICLES[int(plan.draw("article", key) * len(ARTICLES))]
            yield Deed(at, "read", who, {"item": article, "place": place})


def _answers(plan: Plan, who: str, came: int) -> Iterator[Deed]:
    if plan.chance("answers", who, plan.planted.answers[plan.tier(who)]):
        after = max(came + HOUR, plan.day(POLL_OPENS))
        choice = CHOICES[int(plan.draw("choice", who) ** 1.4 * len(CHOICES))]
        at = _open(after + round(plan.draw("answers after", who) * 2 * DAY))
        if at < plan.day(plan.SALE):
            yield Deed(at, "answer", who, {"choice": choice})


def _more_groups(plan: Plan, who: str, came: int) -> Iterator[Deed]:
    planted = plan.planted
    if plan.chance("second group", who, planted.second_group):
        at = _open(came + DAY + round(plan.draw("second after", who) * 3 * DAY))
        yield Deed(at, "join", who, {"code": topic_of(plan, who)})
    if plan.chance("leaves", who, planted.leaves):
        at = _open(came + 2 * DAY + round(plan.draw("leaves after", who) * 12 * DAY))
        yield Deed(at, "leave", who)


def _visits(plan: Plan, who: str, came: int) -> Iterator[Deed]:
    """Yield when a member comes to the store: from the sale on, once or twice."""
    planted, home = plan.planted, plan.home(who)
    if home == CLOUD or not plan.chance("visits", who, planted.visits[plan.tier(who)]):
        return
    first = max(plan.SALE, (came - plan.start) // DAY + 1)
    days = plan.EXTENDED - first
    if days <= 0:
        return
    wait = int(plan.draw("visits on", who) ** 1.2 * days)
    for time in range(2 if plan.chance("visits again", who, planted.visits_again) else 1):
        day = first + wait + 3 * time
        if day >= plan.EXTENDED + 2:
            return
        store = home if plan.chance("at home", f"{who} {time}", 0.93) else _other(home)
        buys = plan.chance("buys at visit", f"{who} {time}", planted.buys_at_visit)
        more = basket(plan, who, store, True, time)
        more["buys"] = buys
        more["checks_in"] = more["checks_in"] or not buys
        yield Deed(plan.open_hour(day, f"{who} visit {time}"), "visit", who, more)


def _online(plan: Plan, who: str, came: int) -> Iterator[Deed]:
    if not plan.chance("online", who, plan.planted.buys_online[plan.tier(who)]):
        return
    at = max(came, plan.day(plan.SALE)) + 3 * HOUR
    at += round(plan.draw("online after", who) * 6 * DAY)
    if at < plan.day(plan.EXTENDED):
        yield Deed(_open(at), "buy", who, basket(plan, who, CLOUD, False, 9))


def _other(store: str) -> str:
    return PHYSICAL[1] if store == PHYSICAL[0] else PHYSICAL[0]


def _open(at: int) -> int:
    """Return the moment itself, or the next morning's where it is night (UTC+8, 9 to 22)."""
    hour = (at + 8 * HOUR) % DAY
    if 9 * HOUR <= hour < 22 * HOUR:
        return at
    wait = (9 * HOUR - hour) % DAY
    return at + wait + hour % (2 * HOUR)
