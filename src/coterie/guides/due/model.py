"""The words of who is due. Moments are milliseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from coterie.core.clock import DAY

Reason = Literal["birthday", "new", "after_order", "next_order", "dormant"]
REASONS: tuple[Reason, ...] = ("birthday", "new", "after_order", "next_order", "dormant")
"""Why somebody is due, the most pressing first. Each is also a stage that a script may be for."""

SERVICE: frozenset[Reason] = frozenset({"new", "after_order"})
"""What a guide may say to whoever wants no advertising, or nothing chosen for her."""

QUIET: Mapping[Reason, int] = {
    "birthday": 300 * DAY,
    "new": 60 * DAY,
    "after_order": 7 * DAY,
    "next_order": 14 * DAY,
    "dormant": 30 * DAY,
}
"""How long a reason is not told again once the guide has spoken to her about it."""

BREATH = 2 * DAY
"""After any word of a guide nothing but a birthday is told for so long."""

SPOKEN: frozenset[str] = frozenset({*REASONS, "other"})


@dataclass(frozen=True)
class Hers:
    """What the rules look at of one customer; None where it is not known.

    ``bound`` is since when she has been this guide's; ``spoke`` holds when the guide spoke to her
    last, by reason. ``service_only``: she wants no advertising, or nothing chosen for her.
    """

    profile: int
    bound: int
    birthday: str | None = None
    last_order: int | None = None
    next_from: int | None = None
    next_until: int | None = None
    dormant: bool = False
    dormant_since: int | None = None
    spoke: Mapping[str, int] | None = None
    service_only: bool = False


@dataclass(frozen=True)
class DueOne:
    """One customer who is due: why, and since when (a birthday: the day it is)."""

    profile: int
    reason: Reason
    since: int
