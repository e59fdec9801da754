"""The words of campaigns: phases, targets, tasks, tiers, gates. Days count from the sale's first.

Moments are milliseconds UTC, amounts scaled by 10,000, days those of the brand's zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.messaging.model import Touch

PhaseName = Literal["build", "warm_up", "sale", "extension", "care"]
PHASES: tuple[PhaseName, ...] = get_args(PhaseName)

Tier = Literal["seed", "core", "general", "lurker"]
TIERS: tuple[Tier, ...] = get_args(Tier)

Target = Literal["joined", "active", "visits", "buyers", "revenue"]
TARGETS: tuple[Target, ...] = get_args(Target)

GateName = Literal["base", "stock", "scripts", "guides"]
GATES: tuple[GateName, ...] = get_args(GateName)

Act = Literal["template", "poll", "task"]
ACTS: tuple[Act, ...] = get_args(Act)

Each = Literal["campaign", "store"]
EACH: tuple[Each, ...] = get_args(Each)

Role = Literal["operator", "store_manager", "guide", "designer", "buyer"]
ROLES: tuple[Role, ...] = get_args(Role)

State = Literal["draft", "running", "done", "cancelled"]
STATES: tuple[State, ...] = get_args(State)

Titles = Mapping[str, str]


@dataclass(frozen=True)
class Phase:
    """A stretch of whole days: from ``day`` (0 is the first day of sale), so many ``days``."""

    phase: PhaseName
    day: int
    days: int

    @property
    def after(self) -> int:
        """The first day that is not of it any more."""
        return self.day + self.days


@dataclass(frozen=True)
class Task:
    """Something that a role has to do on a day of a phase, counted from 0; once, or per store."""

    key: str
    phase: PhaseName
    role: Role
    titles: Titles
    day: int = 0
    each: Each = "campaign"


@dataclass(frozen=True)
class Action:
    """What the warm-up does for a tier: a message, a poll sent by a message, or a guide's task.

    ``texts`` say what the guide is to do, by language; ``script`` gives her the words.
    """

    do: Act
    template: str | None = None
    poll: str | None = None
    channel: str = "wecom"
    touch: Touch = "emotional"
    texts: Titles = field(default_factory=dict)
    script: str | None = None


@dataclass(frozen=True)
class Tiering:
    """Where tiers part: so many first joiners are seeds; activity from ``core``, ``general`` on."""

    seeds: int = 100
    core: float = 5.0
    general: float = 0.5


@dataclass(frozen=True)
class Cost:
    """Money spent on other things than coupons."""

    titles: Titles
    amount: int


@dataclass(frozen=True)
class Campaign:
    """What a team plans. ``operation`` are the days on which the groups are worked with.

    ``group_codes`` and ``channel_codes`` are their states. ``base`` is the segment that is drawn
    into invited and held out, ``holdout`` percent of it. ``gates`` say how much must be there
    before the sale may begin. ``margin`` is what a sale leaves, in percent.
    """

    titles: Titles
    start: date
    phases: tuple[Phase, ...]
    operation: tuple[int, int]
    stores: tuple[str, ...] = ()
    group_codes: tuple[str, ...] = ()
    channel_codes: tuple[str, ...] = ()
    programme: str | None = None
    coupons: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    base: str | None = None
    holdout: int = 10
    targets: Mapping[Target, int] = field(default_factory=dict)
    spend: tuple[Cost, ...] = ()
    tasks: tuple[Task, ...] = ()
    tiering: Tiering = Tiering()
    tiers: Mapping[Tier, Action] = field(default_factory=dict)
    gates: Mapping[GateName, int] = field(default_factory=dict)
    margin: int | None = None

    def phase(self, name: PhaseName) -> Phase | None:
        """Return one of its phases; None when it has none of that name."""
        return next((one for one in self.phases if one.phase == name), None)

    @property
    def sale(self) -> Phase:
        """The phase that everything counts from."""
        found = self.phase("sale")
        assert found is not None, "parse asks for a sale"
        return found


@dataclass(frozen=True)
class Standing:
    """How a campaign stands: its ``phase`` now (None: before the first or after the last).

    ``blocked`` is since when a red gate has kept it from its sale. ``tiered`` and ``warmed`` are
    the local days whose tiers and warm-up are done. ``due`` is when the road looks at it again.
    """

    state: State = "draft"
    phase: PhaseName | None = None
    since: int | None = None
    blocked: int | None = None
    drawn: bool = False
    tiered: str | None = None
    warmed: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    due: int | None = None


@dataclass(frozen=True)
class Defined:
    """A campaign as it is kept: its newest version and how it stands."""

    slug: str
    version: int
    campaign: Campaign
    source: Mapping[str, Any]
    made: int
    by: str
    standing: Standing = Standing()

    @property
    def state(self) -> State:
        """Whether it is a draft, runs, is done or was cancelled."""
        return self.standing.state

    @property
    def origin(self) -> str:
        """Its name as the one who asks for messages."""
        return origin_of(self.slug)


@dataclass(frozen=True)
class Scope:
    """What a campaign is, for those who measure it. ``phases`` are (name, from, until).

    ``margin`` is in percent, None when nobody said.
    """

    slug: str
    version: int
    titles: Titles
    zone: ZoneInfo
    opens: int
    sale_from: int
    sale_until: int
    until: int
    phases: tuple[tuple[PhaseName, int, int], ...]
    stores: tuple[str, ...]
    group_codes: tuple[str, ...]
    channel_codes: tuple[str, ...]
    programme: str | None
    coupons: tuple[str, ...]
    benefits: tuple[str, ...]
    base: str | None
    holdout: int
    targets: Mapping[Target, int]
    spend: int
    margin: int | None = None


@dataclass(frozen=True)
class Arms:
    """Whom the draw invited and whom it held out; ``drawn`` once all of the base is through."""

    invited: BitMap
    held_out: BitMap
    drawn: bool


@dataclass(frozen=True)
class Tiered:
    """A person's tier since a local day, and why: ``code`` with its figures."""

    tier: Tier
    why: Mapping[str, Any]
    day: str


class Kept(NamedTuple):
    """A tier as it is kept, of a profile and the one it was born to; ``acted``: when warmed up."""

    came_with: int
    profile: int
    tier: Tier
    acted: int | None


@dataclass(frozen=True)
class TeamTask:
    """A task of a day, of the campaign or of one store; ``key`` is ``task`` or ``task@store``."""

    key: str
    task: str
    phase: PhaseName
    role: Role
    titles: Titles
    day: date
    store: str | None = None
    done_at: int | None = None
    done_by: str | None = None

    @property
    def state(self) -> str:
        """``open`` or ``done``."""
        return "open" if self.done_at is None else "done"


@dataclass(frozen=True)
class Gate:
    """How much of something must be there and is; ``have`` None is without a limit."""

    gate: GateName
    need: int
    have: int | None
    overridden: str | None = None

    @property
    def green(self) -> bool:
        """Whether enough is there."""
        return self.have is None or self.have >= self.need

    @property
    def open(self) -> bool:
        """Whether it lets the sale begin: green, or somebody gave a reason."""
        return self.green or self.overridden is not None


def origin_of(slug: str) -> str:
    """Name a campaign as the one who asks for messages.

    >>> origin_of("anniversary")
    'campaign:anniversary'
    """
    return f"campaign:{slug}"
