"""The words of the review: what is asked, and what the log says. Amounts are scaled by 10,000."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from coterie.experiments.change import Periods
from coterie.experiments.model import Sample, of_sums

How = Literal["code", "fission", "invitation", "other"]
HOWS: tuple[How, ...] = ("code", "fission", "invitation", "other")
Place = Literal["offline", "online", "elsewhere"]
PLACES: tuple[Place, ...] = ("offline", "online", "elsewhere")

CLAIMED = 0.32
"""The conversion that the published case claims without saying of what."""


@dataclass(frozen=True)
class Phase:
    """A part of a campaign's time, from ``since`` to before ``until`` (ms)."""

    slug: str
    since: int
    until: int


@dataclass(frozen=True)
class Scope:
    """Which campaign: its time, from ``since`` to before ``until`` (ms), and what belongs to it.

    ``codes`` are states of group codes; ``physical`` and ``online`` keys of stores. ``holdout`` is
    the share meant to be held out, 0..1; ``spend`` what it cost beside coupons; ``margin`` is of
    10,000, None when nobody said. ``claimed`` is the conversion somebody claims, 0..1.
    """

    slug: str
    since: int
    until: int
    titles: Mapping[str, str] = field(default_factory=dict)
    phases: tuple[Phase, ...] = ()
    codes: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    programme: str | None = None
    physical: frozenset[str] = frozenset()
    online: frozenset[str] = frozenset()
    holdout: float | None = None
    spend: int = 0
    margin: int | None = None
    targets: Mapping[str, int] = field(default_factory=dict)
    claimed: float = CLAIMED

    @property
    def question(self) -> tuple[object, ...]:
        """Name everything that the log's answer hangs on."""
        return (
            self.slug, self.since, self.until, self.codes, self.templates, self.programme,
            tuple(sorted(self.physical)), tuple(sorted(self.online)),
        )  # fmt: skip


@dataclass(frozen=True)
class Total:
    """The campaign's members in one row. ``gone`` orders were cancelled or given back whole."""

    joined: int = 0
    left: int = 0
    active: int = 0
    seeded: int = 0
    visits: int = 0
    visitors: int = 0
    buyers: int = 0
    orders: int = 0
    revenue: int = 0
    refunded: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Day:
    """One local day: ``joined``, ``active``, ``visitors``, ``buyers`` count each person's first.

    So they sum to the campaign's. ``left`` are members who went out of a group that day.
    """

    day: date
    joined: int = 0
    left: int = 0
    active: int = 0
    visitors: int = 0
    buyers: int = 0
    visits: int = 0
    orders: int = 0
    revenue: int = 0


@dataclass(frozen=True)
class Step:
    """One step of the funnel: who came so far, who was lost before it, who did it at all.

    ``median`` is the time (ms) from the step before, None for the first and where nobody came.
    """

    key: str
    people: int
    lost: int
    in_all: int
    median: int | None


@dataclass(frozen=True)
class Part:
    """Members by one thing that parts them: their first group, or how they came."""

    key: str
    joined: int
    active: int
    visitors: int
    buyers: int
    revenue: int


@dataclass(frozen=True)
class Store:
    """What happened at one store; the key "" stands for orders without one."""

    key: str
    visits: int
    orders: int
    buyers: int
    revenue: int


@dataclass(frozen=True)
class Placed:
    """Orders of one place: how many, what they brought, and those that the other side helped."""

    place: Place
    orders: int = 0
    revenue: int = 0
    assisted: int = 0
    assisted_revenue: int = 0


@dataclass(frozen=True)
class Coupons:
    """The campaign's coupons so far; ``spent`` is the discount given, less what was rolled back."""

    issued: int = 0
    redeemed: int = 0
    rolled_back: int = 0
    expired: int = 0
    revoked: int = 0
    spent: int = 0

    @property
    def out(self) -> int:
        """Those that may still be redeemed."""
        return self.issued - self.redeemed + self.rolled_back - self.expired - self.revoked


@dataclass(frozen=True)
class ArmSums:
    """One arm of the drawn base: net revenue before and after, summed; buyers; what coupons hid.

    ``value`` is revenue with the discounts of the campaign's coupons added back.
    """

    periods: Periods
    buyers: int = 0
    members: int = 0
    value: float = 0.0
    value_squares: float = 0.0

    @property
    def people(self) -> int:
        """Everybody drawn into it."""
        return self.periods.people

    @property
    def worth(self) -> Sample:
        """The value of a person."""
        return of_sums(self.people, self.value, self.value_squares)


NOBODY = Periods(0, 0, 0, 0, 0, 0)
NO_ARM = ArmSums(NOBODY)


@dataclass(frozen=True)
class Measured:
    """What the log says of one campaign.

    ``contaminated`` people were drawn into both arms before they turned out to be one, and count
    in neither. ``known`` are (members, others) among people known before the campaign.
    """

    total: Total = Total()
    days: tuple[Day, ...] = ()
    steps: tuple[Step, ...] = ()
    ways: tuple[Part, ...] = ()
    groups: tuple[Part, ...] = ()
    stores: tuple[Store, ...] = ()
    places: tuple[Placed, ...] = ()
    coupons: Coupons = Coupons()
    invited: ArmSums = NO_ARM
    held_out: ArmSums = NO_ARM
    contaminated: int = 0
    known: tuple[Periods, Periods] = (NOBODY, NOBODY)
    orders: tuple[tuple[str, str], ...] = ()
