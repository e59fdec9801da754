"""The gate: may this be said to this person, and when? Pure; an expected no is a value.

Asked in this order: stop-all, channel, template, address, consent, the mode that is not
personalised, age, universal holdout, quiet hours (which only put it off), expiry, caps. A service
touch is asked only for channel, template, address and expiry, and for stop-all.

A touch is *personalised* when who gets it, or what it says, rests on what is known of her: on a
trait, a tag, a score or what she did. Who wants none of that gets what goes to everybody.

Caps count what is queued or sent, service and shadows left out, by the moment it is planned for:
a calendar day in the person's zone, and the seven times 24 hours up to it together with what is
planned later. So 23:00 and 00:00 are two days, and what quiet hours move to the morning takes a
slot of that morning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from coterie.core.clock import WEEK, local_date
from coterie.core.ids import BUCKETS, bucket
from coterie.messaging.model import Reason
from coterie.messaging.quiet import Window, end_of_quiet

NIGHT = Window(time(22), time(8))
UNIVERSAL_SALT = "coterie.universal_holdout"


@dataclass(frozen=True)
class GateSettings:
    """What the gate keeps to. None switches a cap or the quiet hours off.

    ``holdout`` is the percentage of people who get nothing but service, in whole percents.
    """

    quiet: Window | None = NIGHT
    per_day: int | None = 2
    per_week: int | None = 10
    holdout: int = 0


@dataclass(frozen=True)
class Asked:
    """What the gate must know of one touch. Times are milliseconds UTC.

    ``min_age`` is the age in years that what it speaks of asks for, None where it asks for none.
    """

    service: bool
    expires: int | None
    shadow: bool = False
    personalised: bool = True
    min_age: int | None = None


@dataclass(frozen=True)
class Standing:
    """What the gate must know of one person, and of the house, for one touch.

    ``planned`` holds the moments of her other touches that count. ``held_out`` is the universal
    holdout's. ``plain`` says that she wants nothing personalised; ``age`` is in years, None when
    nothing tells it.
    """

    zone: ZoneInfo
    has_channel: bool = True
    has_template: bool = True
    has_address: bool = True
    consents: bool = True
    plain: bool = False
    age: int | None = None
    held_out: bool = False
    planned: Sequence[int] = ()
    stopped: bool = False


@dataclass(frozen=True)
class Decision:
    """What the gate said: queued or shadow for ``due``, or held with a reason."""

    status: str
    due: int
    reason: Reason | None = None


def decide(asked: Asked, standing: Standing, settings: GateSettings, now: int) -> Decision:
    """Decide on one touch at one moment."""
    refusal = _refuse_always(standing)
    if refusal is None and not asked.service:
        refusal = _refuse_unasked(asked, standing)
    due = now if asked.service else after_quiet(now, settings, standing.zone)
    if refusal is None and asked.expires is not None and asked.expires <= due:
        refusal = Reason.EXPIRED
    if refusal is None and not asked.service:
        refusal = refuse_by_cap(due, standing.planned, settings, standing.zone)
    if refusal is not None:
        return Decision("held", now, refusal)
    return Decision("shadow" if asked.shadow and not asked.service else "queued", due)


def _refuse_always(standing: Standing) -> Reason | None:
    if standing.stopped:
        return Reason.STOPPED
    if not standing.has_channel:
        return Reason.NO_CHANNEL
    if not standing.has_template:
        return Reason.NO_TEMPLATE
    return None if standing.has_address else Reason.NO_ADDRESS


def _refuse_unasked(asked: Asked, standing: Standing) -> Reason | None:
    if not standing.consents:
        return Reason.NO_CONSENT
    if standing.plain and asked.personalised:
        return Reason.NON_PERSONALISED
    if asked.min_age is not None and (standing.age is None or standing.age < asked.min_age):
        return Reason.AGE_UNKNOWN if standing.age is None else Reason.UNDER_AGE
    return Reason.HOLDOUT if standing.held_out else None


def after_quiet(moment: int, settings: GateSettings, where: ZoneInfo) -> int:
    """Return the first moment from ``moment`` on at which a person may be disturbed."""
    return moment if settings.quiet is None else end_of_quiet(moment, settings.quiet, where)


def refuse_by_cap(
    due: int, planned: Sequence[int], settings: GateSettings, where: ZoneInfo
) -> Reason | None:
    """Say which cap a touch planned for ``due`` would break, next to the ``planned`` ones."""
    if settings.per_day is not None:
        day = local_date(due, where)
        if sum(local_date(other, where) == day for other in planned) >= settings.per_day:
            return Reason.CAP_DAY
    if settings.per_week is not None:
        week = sum(other > due - WEEK for other in planned)
        if week >= settings.per_week:
            return Reason.CAP_WEEK
    return None


def is_held_out(bucket_key: str, settings: GateSettings) -> bool:
    """Say whether a person is in the universal holdout: for ever the same answer.

    >>> is_held_out("user_id:u1", GateSettings(holdout=0))
    False
    >>> is_held_out("user_id:u1", GateSettings(holdout=100))
    True
    """
    return bucket(UNIVERSAL_SALT, bucket_key) < settings.holdout * BUCKETS // 100
