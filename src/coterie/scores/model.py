"""The weights that scores are computed with, and what is told of a person's scores."""

from collections.abc import Mapping

import msgspec

from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, is_own

ACTIVITY = "scores.activity"
INTEREST = "scores.interest."


class Kinds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an event is worth by its name, and how fast that fades.

    ``weights`` hold event names; ``other`` is what any other event through a door is worth. Facts
    of our own count only when named. ``half_life`` in ms. At most ``cap`` events of one name count
    a day (for interests: of one name on the same items), the day's latest, so that an event more
    never lowers a score; ``caps`` hold exceptions by name.
    """

    weights: Mapping[str, float]
    other: float = 1
    half_life: int = 14 * DAY
    cap: int = 10
    caps: Mapping[str, int] = {}

    def weight(self, name: str) -> float:
        """Return what one event of a name is worth, 0 when it does not count."""
        found = self.weights.get(name)
        if found is None:
            return 0 if is_own(name) else self.other
        return found

    def cap_of(self, name: str) -> int:
        """Return how many events of a name count on one day."""
        return self.caps.get(name, self.cap)


def _activity() -> Kinds:
    return Kinds(
        weights={
            "Page Viewed": 1,
            "Screen Viewed": 1,
            "Article Read": 2,
            "Article Shared": 5,
            "Tasting Attended": 10,
            "Activity Attended": 10,
            "coterie.activity.attended": 10,
            "Order Completed": 10,
            CONSENT_GIVEN: 0,
            CONSENT_WITHDRAWN: 0,
        }
    )


def _interest() -> Kinds:
    return Kinds(
        weights={
            "Article Shared": 2,
            "Tasting Attended": 3,
            "Activity Attended": 3,
            "coterie.activity.attended": 3,
            "Order Completed": 3,
            CONSENT_GIVEN: 0,
            CONSENT_WITHDRAWN: 0,
        },
        half_life=60 * DAY,
    )


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of everything the scores are computed with.

    ``inherit`` is what one level up the topic tree receives of what the level below does. An
    interest is believed from ``evidence_count`` events within ``evidence_days`` days on.
    ``version`` is given when the weights are configured; 0 are the defaults.
    """

    activity: Kinds = msgspec.field(default_factory=_activity)
    interest: Kinds = msgspec.field(default_factory=_interest)
    inherit: float = 0.5
    evidence_count: int = 5
    evidence_days: int = 30
    version: int = 0


class Part(msgspec.Struct, frozen=True):
    """What one kind of event contributes to a score now; ``over_cap`` events do not count."""

    event: str
    points: float
    counted: int
    over_cap: int


class Lift(msgspec.Struct, frozen=True):
    """What would lift the score: one more such event adds ``points`` today."""

    event: str
    points: float


class Activity(msgspec.Struct, frozen=True):
    """A person's activity: its value now, a week ago, where it comes from, what would lift it."""

    value: float
    week_ago: float
    parts: tuple[Part, ...]
    lifts: tuple[Lift, ...]
    weights_version: int


class Together(msgspec.Struct, frozen=True):
    """How active some people are together; ``total`` is the sum of their activities.

    ``week_ago`` is the total of the same people then; ``lately`` counts who did something in the
    last seven days. A lift is told of the mean: one such event more of everybody who has room.
    """

    people: int
    total: float
    week_ago: float
    lately: int
    parts: tuple[Part, ...]
    lifts: tuple[Lift, ...]
    weights_version: int

    @property
    def mean(self) -> float:
        """Return what each has on average, 0 of nobody."""
        return self.total / self.people if self.people else 0.0

    @property
    def change(self) -> float | None:
        """Return how the total changed in a week, as a share; None when there was nothing."""
        return self.total / self.week_ago - 1 if self.week_ago else None


class Evidence(msgspec.Struct, frozen=True):
    """One event that speaks for an interest, and what it contributes to it now."""

    event: str
    item: str
    time: int
    points: float


class Interest(msgspec.Struct, frozen=True):
    """A person's interest in a topic, with the evidence for it, newest first.

    ``recent`` counts the events within the last ``evidence_days`` of the weights; below ``needed``
    of them the interest is not ``believed`` yet, and ``note`` says so in words.
    """

    topic: str
    value: float
    recent: int
    needed: int
    believed: bool
    note: str
    last: int
    evidence: tuple[Evidence, ...]


def check(weights: Weights) -> Weights:
    """Return weights that make sense, or raise Invalid with the path of the fault."""
    for name, kinds in (("activity", weights.activity), ("interest", weights.interest)):
        for event, weight in {**kinds.weights, "other": kinds.other}.items():
            if not 0 <= weight <= 1_000_000:
                raise Invalid(
                    f"the weight {weight} of {event!r} is out of range",
                    path=f"{name}.weights",
                    hint="a weight is a number from 0 to 1,000,000; 0 leaves the event out",
                )
        if kinds.half_life < 60_000:
            raise Invalid(
                f"{kinds.half_life} ms is too short", path=f"{name}.half_life", hint="a minute is"
            )
        for event, cap in {**kinds.caps, "every other": kinds.cap}.items():
            if cap < 1:
                raise Invalid(
                    f"a cap of {cap} on {event!r} counts nothing",
                    path=f"{name}.cap",
                    hint="leave an event out with the weight 0",
                )
    if not 0 <= weights.inherit <= 1:
        raise Invalid(
            f"{weights.inherit} is not a share", path="inherit", hint="use a number from 0 to 1"
        )
    if weights.evidence_count < 1 or weights.evidence_days < 1:
        raise Invalid(
            "the evidence asked for is less than one event in one day", path="evidence_count"
        )
    return weights
