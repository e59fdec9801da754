"""The gate: may this be said to this person, and when? Pure; an expected no is a value.

Asked in this order: stop-all, channel, template, address, consent, the mode that is not
personalised, age, universal holdout, relevance, quiet hours (which only put it off), expiry, the
platform's quota, caps, touch mix. A service touch is asked only for channel, template, address,
expiry and quota, and for stop-all. Quiet hours come before quota and caps, since a slot belongs to
the day that it is used on. What a channel can take is no question of the gate: the outbox defers,
it refuses nobody.

A touch is *personalised* when who gets it, or what it says, rests on what is known of her: on a
trait, a tag, a score or what she did. Who wants none of that gets what goes to everybody.

Caps count what is queued or sent, service and shadows left out, by the moment it is planned for:
a calendar day in the person's zone, and the seven times 24 hours up to it together with what is
planned later. So 23:00 and 00:00 are two days, and what quiet hours move to the morning takes a
slot of that morning. What is held or fails gives its slot back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time
from functools import cached_property
from zoneinfo import ZoneInfo

from coterie.core.clock import WEEK
from coterie.core.ids import BUCKETS, bucket
from coterie.messaging import caps, mix
from coterie.messaging.caps import Cap, Slot
from coterie.messaging.mix import COMMERCIAL, Ceiling
from coterie.messaging.model import Reason
from coterie.messaging.quiet import Window, end_of_quiet

NIGHT = Window(time(22), time(8))
UNIVERSAL_SALT = "coterie.universal_holdout"

CONTESTED = frozenset(
    (Reason.CAP_DAY, Reason.CAP_WEEK, Reason.CAP_CHANNEL, Reason.CAP_TOUCH, Reason.MIX)
)
"""Reasons for which a better touch may take the place of a worse one that still waits."""


@dataclass(frozen=True)
class GateSettings:
    """What the gate keeps to. None switches a cap or the quiet hours off.

    ``per_day`` and ``per_week`` are over all channels and kinds; ``caps`` are those of a channel
    or a kind of touch. ``holdout`` is the percentage of people who get nothing but service, in
    whole percents. ``interest`` is what somebody must care at least for what a commercial touch
    speaks of; 0 asks for nothing.
    """

    quiet: Window | None = NIGHT
    per_day: int | None = 2
    per_week: int | None = 10
    holdout: int = 0
    caps: tuple[Cap, ...] = ()
    interest: float = 0.0

    @cached_property
    def uncapped(self) -> "GateSettings":
        """The same without caps: for what has its slots already."""
        return replace(self, per_day=None, per_week=None, caps=())

    @cached_property
    def all_caps(self) -> tuple[Cap, ...]:
        """Every cap in the order in which they are asked."""
        day = () if self.per_day is None else (Cap(self.per_day, "day"),)
        week = () if self.per_week is None else (Cap(self.per_week, WEEK),)
        return *day, *week, *self.caps


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
    channel: str = ""
    touch: str = ""


@dataclass(frozen=True)
class Standing:
    """What the gate must know of one person, and of the house, for one touch.

    ``planned`` holds her other touches that count. ``held_out`` is the universal holdout's.
    ``plain`` says that she wants nothing personalised; ``age`` is in years, None when nothing
    tells it. ``bounced`` says that her address takes no mail, ``relevant`` that she cares enough
    for what it speaks of. ``ceilings`` are those of the house and of the communities that she
    takes part in; all of them bind, so the strictest does. ``free`` is from when on the platform's
    own quota has room for her, ``quota`` says which.
    """

    zone: ZoneInfo
    has_channel: bool = True
    has_template: bool = True
    has_address: bool = True
    bounced: bool = False
    consents: bool = True
    plain: bool = False
    age: int | None = None
    held_out: bool = False
    relevant: bool = True
    planned: Sequence[Slot] = ()
    ceilings: tuple[Ceiling, ...] = ()
    stopped: bool = False
    free: int = 0
    quota: str = ""


@dataclass(frozen=True)
class Decision:
    """What the gate said: queued or shadow for ``due``, or held with a reason.

    ``detail`` says more of a reason: which cap, which ceiling, or whose message had the slot.
    """

    status: str
    due: int
    reason: Reason | None = None
    detail: str | None = None


def decide(
    asked: Asked, standing: Standing, settings: GateSettings, now: int, awake: int | None = None
) -> Decision:
    """Decide on one touch at one moment; ``awake`` is what ``after_quiet`` says, where known."""
    refusal = _refuse_always(standing)
    if refusal is None and not asked.service:
        refusal = _refuse_unasked(asked, standing)
    if awake is None and not asked.service:
        awake = after_quiet(now, settings, standing.zone)
    due = now if asked.service or awake is None else awake
    if refusal is None and asked.expires is not None and asked.expires <= due:
        refusal = Reason.EXPIRED
    if refusal is not None:
        return Decision("held", now, refusal)
    if standing.free > due:
        return Decision("held", now, Reason.QUOTA, standing.quota or None)
    crowded = None if asked.service else refuse_by_slots(asked, standing, settings, due, now)
    if crowded is not None:
        return crowded
    return Decision("shadow" if asked.shadow and not asked.service else "queued", due)


def _refuse_always(standing: Standing) -> Reason | None:
    if standing.stopped:
        return Reason.STOPPED
    if not standing.has_channel:
        return Reason.NO_CHANNEL
    if not standing.has_template:
        return Reason.NO_TEMPLATE
    if not standing.has_address:
        return Reason.NO_ADDRESS
    return Reason.BOUNCED if standing.bounced else None


def _refuse_unasked(asked: Asked, standing: Standing) -> Reason | None:
    if not standing.consents:
        return Reason.NO_CONSENT
    if standing.plain and asked.personalised:
        return Reason.NON_PERSONALISED
    if asked.min_age is not None and (standing.age is None or standing.age < asked.min_age):
        return Reason.AGE_UNKNOWN if standing.age is None else Reason.UNDER_AGE
    if standing.held_out:
        return Reason.HOLDOUT
    return None if standing.relevant else Reason.IRRELEVANT


def after_quiet(moment: int, settings: GateSettings, where: ZoneInfo) -> int:
    """Return the first moment from ``moment`` on at which a person may be disturbed."""
    return moment if settings.quiet is None else end_of_quiet(moment, settings.quiet, where)


def refuse_by_slots(
    asked: Asked, standing: Standing, settings: GateSettings, due: int, now: int
) -> Decision | None:
    """Hold a touch planned for ``due`` that finds no slot next to the planned ones, by its cap."""
    cap = caps.broken(
        due, asked.channel, asked.touch, standing.planned, settings.all_caps, standing.zone
    )
    if cap is not None:
        return Decision("held", now, cap.reason, cap.name or str(cap))
    return refuse_by_mix(asked, standing.planned, standing.ceilings, due, now)


def refuse_by_mix(
    asked: Asked, slots: Sequence[Slot], ceilings: Sequence[Ceiling], due: int, now: int
) -> Decision | None:
    """Hold a commercial touch planned for ``due`` that would break a ceiling of the mix."""
    if asked.touch != COMMERCIAL or not ceilings:
        return None
    ceiling = mix.broken(due, slots, ceilings, now)
    if ceiling is None:
        return None
    return Decision("held", now, Reason.MIX, f"{ceiling.scope} {ceiling.percent} %")


def is_held_out(bucket_key: str, settings: GateSettings) -> bool:
    """Say whether a person is in the universal holdout: for ever the same answer.

    >>> is_held_out("user_id:u1", GateSettings(holdout=0))
    False
    >>> is_held_out("user_id:u1", GateSettings(holdout=100))
    True
    """
    return bucket(UNIVERSAL_SALT, bucket_key) < settings.holdout * BUCKETS // 100
