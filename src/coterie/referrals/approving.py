"""What an approval gives each side, under the caps of the programme. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date
from coterie.referrals.model import Referral, Reward
from coterie.referrals.programmes.model import ERASED, SIDES, Programme


@dataclass
class Promised:
    """What a programme has promised so far; it grows with each approval.

    ``total`` is how many friends were approved, ``earned`` when each referrer was promised a
    reward.
    """

    total: int
    earned: dict[int, list[int]]


@dataclass(frozen=True)
class Approval:
    """What an approval came to: the referral as it is now, and what each side gets."""

    referral: Referral
    rewards: tuple[Reward, ...] = ()


def approve(
    programme: Programme, one: Referral, referrer: int, promised: Promised, zone: ZoneInfo,
    now: int, why: str = "",
) -> Approval:  # fmt: skip
    """Approve a referral that qualified.

    Once as many friends as may be were rewarded, it is rejected. A referrer who got hers as often
    as she may gets no more, her friend gets hers all the same.
    """
    caps = programme.caps
    if caps.total is not None and promised.total >= caps.total:
        return Approval(replace(
            one, state="rejected", reason="cap_all", decision="rejected", decided=now, due=None,
            ended=now, why=why,
        ))  # fmt: skip
    promised.total += 1
    rewards = [
        Reward(one.id, side, programme.rewards[side], "asked", at=now)
        for side in SIDES
        if side in programme.rewards and (side == "referrer" or one.profile != ERASED)
    ]
    reason = _withheld(programme, referrer, promised, zone, now)
    rewards = [
        replace(each, state="withheld", reason=reason)
        if each.side == "referrer" and reason
        else each
        for each in rewards
    ]
    if not reason and "referrer" in programme.rewards:
        promised.earned.setdefault(referrer, []).append(now)
    done = replace(one, state="approved", reason="", decision="approved", decided=now, due=None,
                   why=why)  # fmt: skip
    return Approval(done, tuple(rewards))


def _withheld(
    programme: Programme, referrer: int, promised: Promised, zone: ZoneInfo, now: int
) -> str:
    """Say why a referrer gets nothing; empty when she does."""
    if referrer == ERASED:
        return "erased"
    had = promised.earned.get(referrer, [])
    caps = programme.caps
    if caps.person is not None and len(had) >= caps.person:
        return "cap_person"
    today = local_date(now, zone)
    if caps.day is not None and _on(had, today, zone) >= caps.day:
        return "cap_day"
    return ""


def _on(moments: Sequence[int], day: date, zone: ZoneInfo) -> int:
    return sum(local_date(one, zone) == day for one in moments)
