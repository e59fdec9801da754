"""The settings of the values, the names of the traits they publish, and what is reported of them.

A name's meaning, formula and source stand in ``docs/reference/values.md``.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.core.errors import Invalid
from coterie.profiles.published.model import Shape

COMPLETED, REFUNDED, CANCELLED = "Order Completed", "Order Refunded", "Order Cancelled"
STEPS = (COMPLETED, REFUNDED, CANCELLED)

CLASSES = ("high_value", "loyal", "purchased", "intended")
"""The main class of a person is the first of these that she is in."""

CELLS = (
    "champions", "loyal", "potential", "new", "promising", "needs_attention", "about_to_sleep",
    "at_risk", "cannot_lose", "hibernating", "lost",
)  # fmt: skip
ANGLES = ("spend", "margin", "frequency", "expected", "advocacy", "reviews")
BASES = ("own", "everyone")


def _daily(name: str) -> Shape:
    return Shape(name, keeps_since=False)


SHAPES = {
    shape.name: shape
    for shape in (
        *(Shape(f"lifecycle.{name}", "flag") for name in reversed(CLASSES)),
        Shape("lifecycle.class", "word", CLASSES),
        Shape("value.orders"),
        Shape("value.spend"),
        Shape("value.average"),
        Shape("value.first_order", "moment"),
        Shape("value.last_order", "moment"),
        *(_daily(f"value.percentile.{angle}") for angle in ANGLES),
        Shape("value.angles_high"),
        Shape("value.front", "flag"),
        _daily("value.p_alive"),
        _daily("value.expected_orders"),
        _daily("value.expected_value"),
        Shape("rfm.recency"),
        Shape("rfm.frequency"),
        Shape("rfm.monetary"),
        Shape("rfm.cell", "word", CELLS),
        _daily("rhythm.gap_days"),
        _daily("rhythm.dormancy"),
        Shape("rhythm.dormant", "flag"),
        Shape("rhythm.next_order", "moment", keeps_since=False),
        Shape("rhythm.next_order_from", "moment", keeps_since=False),
        Shape("rhythm.next_order_until", "moment", keeps_since=False),
        Shape("rhythm.best_hour"),
        Shape("rhythm.best_hour_basis", "word", BASES),
    )
}
"""Every trait that is published, by name."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the values are worked out with; each change is a version of its own.

    ``intent``, ``advocacy`` and ``reviews`` name events. Days count back from the moment asked.
    ``high_value_share``: the fewest people who bring this share of all sales are of high value.
    """

    version: int = 0
    intent: tuple[str, ...] = (
        "Product Added", "Cart Viewed", "Checkout Started", "Product Added to Wishlist",
        "Order Created",
    )  # fmt: skip
    intent_days: int = 30
    loyal_orders: int = 3
    loyal_days: int = 365
    loyal_recency_days: int = 90
    spend_days: int = 365
    high_value_share: float = 0.5
    high_percentile: float = 90.0
    advocacy: tuple[str, ...] = ("Article Shared", "Product Shared", "coterie.referral.accepted")
    reviews: tuple[str, ...] = ("Product Reviewed", "Wine Rated")
    dormant_at: float = 3.0
    gap_weight: float = 1.0
    horizon_days: int = 365
    gate_customers: int = 500
    gate_repeaters: int = 100
    gate_days: int = 180
    hour_days: int = 90
    hour_events: int = 5
    hour_weight: float = 5.0
    gate_hour_events: int = 1000


_POSITIVE = (
    "intent_days", "loyal_orders", "loyal_days", "loyal_recency_days", "spend_days", "dormant_at",
    "horizon_days", "gate_customers", "gate_repeaters", "gate_days", "hour_days", "hour_events",
)  # fmt: skip


def check(settings: Settings) -> Settings:
    """Return settings that make sense; raises Invalid with the path of what does not."""
    for name in _POSITIVE:
        if not getattr(settings, name) > 0:
            raise Invalid("must be greater than 0", path=name)
    for name in ("gap_weight", "hour_weight", "gate_hour_events"):
        if not getattr(settings, name) >= 0:
            raise Invalid("must not be negative", path=name)
    if not 0 < settings.high_value_share <= 1:
        raise Invalid("must be above 0 and at most 1", path="high_value_share")
    if not 0 <= settings.high_percentile <= 100:
        raise Invalid("must be between 0 and 100", path="high_percentile")
    return settings


class Refusal(msgspec.Struct, frozen=True):
    """Why something is not told: too few of something, ``have`` of the ``need`` it takes."""

    reason: str
    have: float = 0
    need: float = 0


class Decile(msgspec.Struct, frozen=True):
    """People of one tenth by their chance to order: what was expected, and what came."""

    people: int
    expected: float
    observed: float
    expected_orders: float
    observed_orders: float


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What the models learnt of everybody at a moment, or why they did not.

    ``orders`` holds r, alpha, a, b of BG/NBD and its log-likelihood, ``spend`` p, q, gamma of
    Gamma-Gamma and the correlation of number and value of orders, which it assumes to be none.
    """

    at: int
    customers: int
    repeaters: int
    days: int
    orders: Mapping[str, float] | None = None
    spend: Mapping[str, float] | None = None
    refused: Refusal | None = None
    spend_refused: Refusal | None = None
    deciles: tuple[Decile, ...] = ()
    held_out_days: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of everybody at a moment: sizes, moves of a month, everybody's rhythm.

    ``moves`` counts people by (class 30 days ago, class now); the empty word is none of them.
    """

    at: int
    version: int
    people: int = 0
    sizes: Mapping[str, int] = {}
    classes: Mapping[str, int] = {}
    moves: tuple[tuple[str, str, int], ...] = ()
    cells: Mapping[str, int] = {}
    angles: Mapping[str, int] = {}
    front: int = 0
    dormant: int = 0
    gap_days: float | None = None
    hour: int | None = None
    hours_refused: Refusal | None = None


Json = Mapping[str, Any]
