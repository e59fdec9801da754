"""When the anniversary is, how large it is, and what is planted in it. From a seed; pure.

Every draw hangs on the seed, on what is drawn and on whose it is, so that no two depend on each
other, and a smaller story is a part of a larger one.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from coterie.core.clock import DAY, HOUR
from coterie.scenarios.shoes.brand import STORES, guides_of, store_of_guide

_WHOLE = 2**64
MEMBERS = 4_700
"""Who join a group, about, when all is of its full size."""

ARRIVALS = (6, 6, 6, 6, 7, 8, 9, 13, 10, 8, 7, 6, 7, 8, 6, 5, 5)
"""How those who come by themselves spread over the days from the first on."""
TIERS = {"core": 0.15, "general": 0.47, "lurker": 0.38}


@dataclass(frozen=True)
class Planted:
    """What is planted, as chances from 0 to 1 and as means. The house is told none of it.

    ``asked`` is of old customers whom the invitation reached, ``unasked`` of all others: that
    difference is the effect which a review has to find. ``friends`` is by tier how many friends a
    member leads to her landing page; of these ``friend_joins`` come into a group.
    """

    asked_comes: float = 0.32
    unasked_comes: float = 0.03
    asked_buys: float = 0.20
    unasked_buys: float = 0.12
    friends: tuple[float, float, float] = (5.8, 1.74, 0.0)
    friend_joins: float = 0.5
    friend_is_old: float = 0.04
    friend_is_self: float = 0.01
    reads: tuple[float, float, float] = (0.97, 0.76, 0.03)
    visits: tuple[float, float, float] = (0.66, 0.39, 0.09)
    visits_again: float = 0.27
    buys_at_visit: float = 0.76
    buys_online: tuple[float, float, float] = (0.19, 0.09, 0.02)
    answers: tuple[float, float, float] = (0.6, 0.25, 0.0)
    uses_coupon: float = 0.85
    returns: float = 0.05
    leaves: float = 0.05
    second_group: float = 0.12
    by_till: float = 0.45
    """Of those who come by themselves: whoever scans the code at the till, and adds a guide."""

    @property
    def k(self) -> float:
        """How many new members a member brings, on average."""
        mean = sum(share * one for share, one in zip(TIERS.values(), self.friends, strict=True))
        return mean * self.friend_joins * (1 - self.friend_is_old - self.friend_is_self)

    def told(self) -> dict[str, Any]:
        """Return what is worth telling beside the figures."""
        return {
            "invitation_effect_points": round(100 * (self.asked_buys - self.unasked_buys), 1),
            "buys_if_reached": self.asked_buys,
            "buys_if_not_reached": self.unasked_buys,
            "k": round(self.k, 3),
            "returns": self.returns,
        }


@dataclass(frozen=True)
class Plan:
    """How large the story is. ``base`` are the customers that the brand has, ``walkers`` whoever
    comes by herself, by a poster or at the till; ``brought`` whom guides bring into groups.
    ``tick`` is how long the house hears of nothing; a day's last tick ends in the evening.

    ``capacity`` is how many the platform lets into a group by its code. ``start`` is the first
    midnight of the sale; the days before it have numbers below zero.
    """

    seed: str = "shoes"
    start: int = 0
    base: int = 2_000
    walkers: int = 600
    brought: int = 120
    guides: int = 20
    capacity: int = 200
    duplicate: float = 0.3
    tick: int = 2 * HOUR
    holdout: int = 15
    """Percent of the base that is not asked on purpose."""
    planted: Planted = field(default_factory=Planted)

    FIRST, SALE, SALE_DAYS, EXTENDED, LAST = -7, 0, 10, 13, 18
    """Days: groups are built from the first on, the sale and its extension end, care ends."""

    def day(self, number: float) -> int:
        """Return a day's midnight."""
        return self.start + round(number * DAY)

    def draw(self, what: str, whose: object) -> float:
        """Return a number from 0 to 1 (exclusive) that follows from the seed and the names."""
        digest = sha256(f"{self.seed}\x1f{what}\x1f{whose}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / _WHOLE

    def chance(self, what: str, whose: object, share: float) -> bool:
        """Say whether something of a chance comes true."""
        return self.draw(what, whose) < share

    # --- guides

    def guide_at(self, what: str, whose: object, store: str) -> int:
        """Draw one of a store's guides."""
        there = guides_of(store, self.guides)
        return there[int(self.draw(what, whose) * len(there))]

    def confirms_after(self, guide: int) -> int | None:
        """Return how long a guide takes to confirm a send; None: she never does.

        Of twenty two never do, and three take more than a day.
        """
        if guide % 10 == 9:
            return None
        if guide % 7 == 3:
            return 26 * HOUR + round(self.draw("late", guide) * 12 * HOUR)
        return round(self.draw("prompt", guide) * 3 * HOUR)

    @property
    def leaver(self) -> int:
        """Who leaves the company in the middle of the sale."""
        return guides_of(STORES[0], self.guides)[1]

    @property
    def heir(self) -> int:
        """Who takes over from her."""
        there = guides_of(store_of_guide(self.leaver), self.guides)
        return next(one for one in there if one != self.leaver)

    # --- people

    def home(self, whose: object) -> str:
        """Return a person's store."""
        drawn = self.draw("home", whose)
        return STORES[0] if drawn < 0.45 else STORES[1] if drawn < 0.85 else STORES[2]

    def tier(self, whose: object) -> int:
        """Return how lively a person is: 0 core, 1 general, 2 a lurker."""
        drawn, shares = self.draw("tier", whose), list(TIERS.values())
        return 0 if drawn < shares[0] else 1 if drawn < shares[0] + shares[1] else 2

    def arrival(self, whose: object) -> int:
        """Return when somebody comes who comes by herself."""
        drawn = self.draw("arrival", whose) * sum(ARRIVALS)
        for place, weight in enumerate(ARRIVALS):
            if drawn < weight:
                return self.open_hour(self.FIRST + place, f"came {whose}")
            drawn -= weight
        raise AssertionError("a draw is below one")

    def open_hour(self, day: int, whose: object) -> int:
        """Return a moment of a day within opening hours, 10 to 21."""
        return self.day(day) + 10 * HOUR + int(self.draw(f"hour {day}", whose) * 11 * HOUR)


def of_size(members: int, *, seed: str = "shoes", start: int = 0, tick: int = 2 * HOUR) -> Plan:
    """Return the story with about so many members, and of everything else its share."""
    whole, share = Plan(), members / MEMBERS
    return Plan(
        seed=seed,
        start=start,
        tick=tick,
        base=max(20, round(whole.base * share)),
        walkers=max(12, round(whole.walkers * share)),
        brought=max(3, round(whole.brought * share)),
        guides=whole.guides if members >= 1_000 else 10,
        capacity=max(8, min(whole.capacity, round(whole.capacity * share))),
    )
