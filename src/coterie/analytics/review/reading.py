"""The review of a campaign, put together, and told as plain JSON. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from coterie.analytics.review.definitions import DEFINITIONS
from coterie.analytics.review.effect import (
    Difference,
    Effect,
    Evidence,
    effect_of,
    evidence_of,
    gross_roi,
    incremental_roi,
)
from coterie.analytics.review.model import CLAIMED, Measured, Placed, Scope
from coterie.analytics.review.ports import Credited, Owed, Spread
from coterie.core.clock import format_time
from coterie.experiments.change import Reading
from coterie.experiments.model import Interval

_CENT = 100


@dataclass(frozen=True)
class Guide:
    """What one guide's work brought: parts of orders by way, refunds taken off; scaled.

    ``guide`` is None for what was nobody's work.
    """

    guide: str | None
    orders: int
    revenue: int
    ways: Mapping[str, int]


@dataclass(frozen=True)
class Rate:
    """One reading of a "conversion": ``part`` of ``whole``; ``fits`` the claim best of all.

    ``implied`` is what ``whole`` (or ``part``) would have to be for the claim to hold.
    """

    key: str
    part: int
    whole: int
    implied: int
    fits: bool

    @property
    def share(self) -> float:
        """The part of the whole; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True)
class Review:
    """Everything that can be said of one campaign as of ``at`` (ms)."""

    scope: Scope
    at: int
    found: Measured
    effect: Effect
    evidence: Evidence
    guides: tuple[Guide, ...] = ()
    spread: Spread | None = None
    owed: Owed | None = None

    @property
    def is_over(self) -> bool:
        """Whether the campaign's last day is over."""
        return self.at >= self.scope.until

    @property
    def cost(self) -> int:
        """What it cost so far: discounts given and the spending of the plan; scaled."""
        return self.found.coupons.spent + self.scope.spend

    @property
    def cost_per_buyer(self) -> int | None:
        """The cost over the buyers, cut to whole cents; None of no buyers."""
        buyers = self.found.total.buyers
        return self.cost // buyers // _CENT * _CENT if buyers else None

    @property
    def roi(self) -> tuple[float, ...] | None:
        """The incremental return (low, middle, high); None where it cannot be told."""
        return incremental_roi(self.effect, self.cost, self.scope.margin)

    @property
    def gross_roi(self) -> float | None:
        """The return as if nobody would have bought without it."""
        worth = self.found.total.revenue + self.found.coupons.spent
        return gross_roi(worth, self.cost, self.scope.margin)

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The readings of "conversion", and which of them the claim fits."""
        total = self.found.total
        return rates_of(
            total.joined, total.visits, total.visitors, total.buyers, self.scope.claimed
        )

    def place(self, place: str) -> Placed:
        """Return what one place brought."""
        return next(one for one in self.found.places if one.place == place)

    def told(self) -> dict[str, Any]:
        """Return every figure as plain JSON: amounts scaled by 10,000, shares to six digits."""
        found, total = self.found, self.found.total
        return {
            "campaign": self.scope.slug,
            "at": format_time(self.at),
            "since": format_time(self.scope.since),
            "until": format_time(self.scope.until),
            "over": self.is_over,
            "total": asdict(total),
            "active_share": _share(total.active, total.joined),
            "joined_by": {part.key: part.joined for part in found.ways},
            "funnel": [asdict(step) for step in found.steps],
            "days": [{**asdict(day), "day": day.day.isoformat()} for day in found.days],
            "groups": [asdict(part) for part in found.groups],
            "stores": [asdict(store) for store in found.stores],
            "places": {
                one.place: {
                    "orders": one.orders,
                    "revenue": one.revenue,
                    "share": _share(one.revenue, total.revenue),
                    "assisted": one.assisted,
                    "assisted_revenue": one.assisted_revenue,
                }
                for one in found.places
            },
            "readings": {
                rate.key: {
                    "part": rate.part, "whole": rate.whole, "share": round(rate.share, 6),
                    "implied": rate.implied, "fits": rate.fits,
                }
                for rate in self.rates
            },
            "guides": [
                {
                    "guide": one.guide, "orders": one.orders, "revenue": one.revenue,
                    "ways": dict(one.ways),
                }
                for one in self.guides
            ],
            "spread": None if self.spread is None else _spread(self.spread),
            "coupons": {**asdict(found.coupons), "out": found.coupons.out},
            "cost": self.cost,
            "cost_per_buyer": self.cost_per_buyer,
            "owed": None if self.owed is None else _owed(self.owed),
            "effect": _effect(self.effect),
            "roi": None if self.roi is None else list(self.roi),
            "gross_roi": self.gross_roi,
            "evidence": {
                "grade": self.evidence.grade,
                "why": self.evidence.why,
                "readings": [_reading(one) for one in self.evidence.readings],
                "naive": None if self.evidence.flattery is None
                else _reading(self.evidence.flattery),
            },
            "definitions": {key: one.words["en"] for key, one in DEFINITIONS.items()},
        }  # fmt: skip


def read(
    scope: Scope,
    found: Measured,
    at: int,
    parts: Sequence[Credited] = (),
    spread: Spread | None = None,
    owed: Owed | None = None,
) -> Review:
    """Read what the log and the other rooms say into one review."""
    effect = effect_of(found, scope, at)
    evidence = evidence_of(found, effect)
    return Review(scope, at, found, effect, evidence, guides_of(parts), spread, owed)


def guides_of(parts: Sequence[Credited]) -> tuple[Guide, ...]:
    """Sum parts of orders by guide, who brought most first; nobody's last."""
    orders: dict[str | None, set[tuple[str, str]]] = {}
    ways: dict[str | None, dict[str, int]] = {}
    for part in parts:
        orders.setdefault(part.guide, set()).add((part.shop, part.number))
        by_way = ways.setdefault(part.guide, {})
        by_way[part.way] = by_way.get(part.way, 0) + part.amount
    found = [
        Guide(guide, len(orders[guide]), sum(by_way.values()), dict(sorted(by_way.items())))
        for guide, by_way in ways.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.guide is None, -one.revenue, one.guide or "")))


def rates_of(
    members: int, visits: int, visitors: int, buyers: int, claimed: float = CLAIMED
) -> tuple[Rate, ...]:
    """Return three readings of a conversion, and which comes nearest to the one claimed.

    The published case has 1,500 visits and 32 %: that fits 4,688 members, or else 480 buyers.

    >>> [(one.key, one.implied, one.fits) for one in rates_of(4_600, 1_500, 1_500, 1_200)]
    [('visits', 4688, True), ('visitors', 4688, False), ('buyers', 480, False)]
    """
    given = (
        ("visits", visits, members, _over(visits, claimed)),
        ("visitors", visitors, members, _over(visitors, claimed)),
        ("buyers", buyers, visitors, round(visitors * claimed)),
    )
    found = [Rate(key, part, whole, implied, fits=False) for key, part, whole, implied in given]
    nearest = min(found, key=lambda one: abs(one.share - claimed))
    return tuple(
        Rate(one.key, one.part, one.whole, one.implied, fits=one is nearest and one.whole > 0)
        for one in found
    )


def _over(part: int, claimed: float) -> int:
    return round(part / claimed) if claimed > 0 else 0


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _number(value: float) -> float | None:
    return round(value, 6) if isfinite(value) else None


def _interval(of: Interval) -> list[float | None]:
    return [_number(of.low), _number(of.high)]


def _difference(of: Difference | None) -> dict[str, Any] | None:
    if of is None:
        return None
    return {
        "invited": _number(of.invited),
        "held_out": _number(of.held_out),
        "difference": _number(of.difference),
        "interval": _interval(of.interval),
        "once": _interval(of.once),
    }


def _effect(of: Effect) -> dict[str, Any]:
    return {
        "verdict": of.verdict,
        "doubt": of.doubt,
        "invited": of.invited,
        "held_out": of.held_out,
        "contaminated": of.contaminated,
        "odds": round(of.odds, 6),
        "revenue": _difference(of.revenue),
        "buyers": _difference(of.buyers),
        "variance_kept": None if of.kept is None else round(of.kept, 6),
        "total": None if of.total is None else list(of.total),
    }


def _reading(of: Reading) -> dict[str, Any]:
    return {
        "how": of.how,
        "grade": of.grade,
        "difference": _number(of.difference),
        "interval": _interval(of.interval),
        "base": _number(of.base),
    }


def _spread(of: Spread) -> dict[str, Any]:
    return {
        "participants": of.participants, "joined": of.joined, "qualified": of.qualified,
        **{
            name: None if value is None else round(value, 6)
            for name, value in (
                ("gross", of.gross), ("clean", of.clean), ("retained", of.retained)
            )
        },
    }  # fmt: skip


def _owed(of: Owed) -> dict[str, Any]:
    return {"coupons": of.coupons, "amount": of.amount, "open_ended": of.open_ended}
