"""The words of benefits. Amounts are scaled by 10,000, moments are milliseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

EVER = "ever"
BY = "by:"
REFERRAL = "referral"
"""Under this name stand the rewards of referrals: a benefit that is no rule of anybody's."""


@dataclass(frozen=True)
class Benefit:
    """A rule: at the event ``on`` a person gets a coupon, once.

    ``where`` narrows the event by its properties: equal to a value, or one of several. ``once`` is
    ``ever``, or ``by:<property>``: once for each value of it. ``undo_on`` is an event that takes
    it back. ``funder`` is the partner who pays, empty for the brand itself.
    """

    slug: str
    titles: Mapping[str, str]
    on: str
    give: str
    where: Mapping[str, Any] = field(default_factory=dict)
    once: str = EVER
    campaign: str | None = None
    undo_on: str | None = None
    funder: str = ""
    is_on: bool = True

    @property
    def origin(self) -> str:
        """Why its coupons were issued, as their facts say it."""
        return f"benefit:{self.slug}"


State = Literal["given", "refused", "undone", "owed"]
STATES: tuple[State, ...] = ("given", "refused", "undone", "owed")
"""Given, refused for now, taken back unspent, or to be taken back when it was spent already."""


@dataclass(frozen=True)
class Claim:
    """What became of one person's claim to a benefit; ``by`` is the value that it counts once for.

    ``spent`` is what her coupon has taken off so far, ``redeemed`` whether she used it, ``tries``
    how often it was asked for. ``reason`` is why it was refused or taken back, a stable code.
    """

    benefit: str
    profile: int
    came_with: int
    by: str
    at: int
    event: str
    template: str
    state: State
    reason: str = ""
    coupon: str | None = None
    redeemed: bool = False
    spent: int = 0
    tries: int = 1
    campaign: str | None = None
    id: int = 0

    @property
    def key(self) -> tuple[str, int, str]:
        """By what it is once."""
        return self.benefit, self.profile, self.by


@dataclass(frozen=True)
class Numbers:
    """What a benefit came to: to how many it was given, and what that has cost so far.

    ``undone`` and ``owed`` are among those ``given``.
    """

    given: int = 0
    refused: int = 0
    undone: int = 0
    owed: int = 0
    redeemed: int = 0
    spent: int = 0

    @property
    def per_join(self) -> int | None:
        """What one who got it has cost so far; None when nobody did."""
        return self.spent // self.given if self.given else None
