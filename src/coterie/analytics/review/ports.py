"""What the review takes from other rooms: only they know it, and each has one definition of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from coterie.analytics.review.model import Scope
from coterie.storage.work import Work


class Credited(Protocol):
    """A part in an order: whose it was (None: nobody's), by which way, and how much (scaled)."""

    @property
    def shop(self) -> str:
        """The shop whose number the order has."""
        ...

    @property
    def number(self) -> str:
        """The order's number there."""
        ...

    @property
    def guide(self) -> str | None:
        """Whose work it was; None: nobody's."""
        ...

    @property
    def way(self) -> str:
        """How it came to be hers."""
        ...

    @property
    def amount(self) -> int:
        """How much of it, scaled; negative for what was given back."""
        ...


class Spread(Protocol):
    """How a programme spread, as referrals count it; K is None while it cannot be told."""

    @property
    def participants(self) -> int:
        """How many people took part."""
        ...

    @property
    def joined(self) -> int:
        """How many friends came."""
        ...

    @property
    def qualified(self) -> int:
        """How many of them did what the programme asks for."""
        ...

    @property
    def gross(self) -> float | None:
        """K of everybody who came."""
        ...

    @property
    def clean(self) -> float | None:
        """K without those who were rejected."""
        ...

    @property
    def retained(self) -> float | None:
        """K of those who stayed."""
        ...


@dataclass(frozen=True)
class Owed:
    """What coupons may still cost at most: how many are out, and their worth (scaled).

    ``open_ended`` are those among them whose worth has no limit; they are in no amount.
    """

    coupons: int
    amount: int
    open_ended: int = 0


class Scoping(Protocol):
    """What a campaign is."""

    def scope(self, work: Work, slug: str) -> Scope:
        """Return what belongs to a campaign, and when it is; raises NotFound."""
        ...


class Crediting(Protocol):
    """Whose work orders were."""

    def credited(self, work: Work, orders: Collection[tuple[str, str]]) -> Sequence[Credited]:
        """Return the parts of orders that stand, by (shop, number), refunds among them."""
        ...


class Spreading(Protocol):
    """How many friends a friend brings."""

    def spread(self, work: Work, programme: str, since: int, until: int) -> Spread | None:
        """Return how a programme spread in a time; None when there is no such programme."""
        ...


class Owing(Protocol):
    """What promises are left."""

    def owed(self, work: Work, templates: Collection[str]) -> Owed | None:
        """Return what coupons of some templates may still cost; None when nobody can say."""
        ...
