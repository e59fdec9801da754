"""The words of referrals. Moments are milliseconds UTC, amounts are scaled by 10,000."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from coterie.core.clock import SECOND
from coterie.referrals.cascades.model import Three
from coterie.referrals.programmes.model import Programme, Side, Standing, Way

State = Literal["touched", "joined", "pending", "approved", "rewarded", "rejected", "clawed_back"]
STATES: tuple[State, ...] = (
    "touched", "joined", "pending", "approved", "rewarded", "rejected", "clawed_back",
)  # fmt: skip
"""``pending`` is qualified and not approved yet."""
Decision = Literal["", "approved", "rejected"]
Kind = Literal["touch", "join", "left", "paid", "back"]


def floored(moment: int) -> int:
    """Cut a moment to its second: the platform tells no finer ones."""
    return moment - moment % SECOND


ALL = -1
"""The amount of what takes back a whole order: it was cancelled."""


@dataclass(frozen=True)
class Sign:
    """One thing that somebody did and that may matter to a programme.

    ``ref`` is the code of a touch, the group or guide (``g:``, ``c:``) of a join or a leaving, the
    order of a payment.
    """

    id: str
    kind: Kind
    profile: int
    came_with: int
    at: int
    ref: str
    amount: int = 0


@dataclass(frozen=True)
class Touch:
    """A touch of a friend by a code: of whom it is and since when there is such a code."""

    at: int
    id: str
    code: str
    referrer: int
    opened: int = 0

    @property
    def moment(self) -> int:
        """When it was: no code is touched before there is one, whatever a clock says."""
        return max(self.at, self.opened)


@dataclass(frozen=True)
class Referral:
    """One person's way into one programme: who brought her, how far she came.

    ``code`` is of whoever brought her. ``lost`` is when she had left all that she joined. ``due``
    is when time alone changes something of it. ``decision`` is what was decided once and for all,
    ``why`` a person's words for it.
    """

    id: str
    programme: str
    profile: int
    came_with: int | None
    code: str
    state: State = "touched"
    reason: str = ""
    touched: int = 0
    joined: int | None = None
    lost: int | None = None
    qualified: int | None = None
    ref: str = ""
    due: int | None = None
    decision: Decision = ""
    decided: int | None = None
    why: str = ""
    ended: int | None = None


RewardState = Literal["asked", "issued", "refused", "withheld", "taken_back"]


@dataclass(frozen=True)
class Reward:
    """What one side gets for a referral: asked of the coupons at ``at``, and what they answered."""

    referral: str
    side: Side
    template: str
    state: RewardState
    reason: str = ""
    coupon: str = ""
    at: int = 0


@dataclass(frozen=True)
class Friend:
    """All that settling one person's way into one programme needs to know of her.

    ``known`` is when she was first seen, ``since`` when she began to take part herself. ``held`` is
    what was settled before; ``is_first`` unless another row of hers stands, since she was two.
    """

    profile: int
    known: int | None
    since: int | None
    touches: Sequence[Touch] = ()
    signs: Sequence[Sign] = ()
    held: Referral | None = None
    is_first: bool = True


# --- what the faces answer


@dataclass(frozen=True)
class Landing:
    """Where a code leads: the programme, whose code it is (0: erased), what to scan there."""

    code: str
    programme: Programme
    referrer: int
    state: Standing
    ends: int
    way: Way | None
    scan: str | None


@dataclass(frozen=True)
class PosterData:
    """What a poster says, in one language, and the code that it carries."""

    code: str
    programme: str
    headline: str
    benefit: str
    ends: int


@dataclass(frozen=True)
class Stage:
    """How far a friend of hers came; never who she is."""

    state: State
    at: int
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """How far somebody came in a programme. ``left`` is how many rewards she may still get."""

    code: str
    touched: int = 0
    joined: int = 0
    qualified: int = 0
    approved: int = 0
    rewarded: int = 0
    pending: Sequence[tuple[str, int]] = ()
    rejected: Sequence[tuple[str, int]] = ()
    left: int | None = None
    friends: Sequence[Stage] = ()
    rewards: Sequence[Reward] = ()


@dataclass(frozen=True)
class Mine:
    """A programme that somebody takes part in, or may."""

    programme: Programme
    code: str | None
    state: Standing
    progress: Progress | None


@dataclass(frozen=True)
class Suggested:
    """An existing customer whom a guide may invite: how far she is trusted (0..100), and why."""

    profile: int
    trust: int
    reasons: Sequence[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Suggestions:
    """Whom to invite, the most trusted first, and how many were left out for which reason."""

    people: Sequence[Suggested] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class GuideResult:
    """What came of a guide's invitations."""

    guide: str
    invited: int = 0
    touched: int = 0
    joined: int = 0
    qualified: int = 0
    rewarded: int = 0


@dataclass(frozen=True)
class Board:
    """A programme in counts: participants, how many ever came to each stage, losses by reason."""

    participants: int
    touched: int
    joined: int
    qualified: int
    approved: int
    rewarded: int
    clawed_back: int
    rejected: Mapping[str, int]
    waiting: int
    rewards: Mapping[tuple[Side, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Spreading:
    """What a review says of a programme: K, and the counts of a time."""

    k: Three | None
    participants: int
    touched: int
    joined: int
    qualified: int
    approved: int
    rewarded: int
    rejected: int

    @property
    def gross(self) -> float | None:
        """K of all who joined; None as long as too little is known."""
        return None if self.k is None else self.k.gross

    @property
    def clean(self) -> float | None:
        """K without the rejected."""
        return None if self.k is None else self.k.clean

    @property
    def retained(self) -> float | None:
        """K of those who stayed."""
        return None if self.k is None else self.k.retained
