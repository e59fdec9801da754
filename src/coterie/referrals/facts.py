"""The facts of referrals: each born once, whatever is said twice. Pure."""

from collections.abc import Mapping
from typing import Any

from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.referrals.model import Referral, Reward, Sign
from coterie.referrals.programmes.model import Programme

ROOM = "referrals"


def touched(programme: Programme, sign: Sign, referrer: str) -> Event:
    """Tell that somebody was touched by a code, where another event told it."""
    return fact(
        "referral.touched", room=ROOM, profile=sign.profile, at=sign.at, cause=(sign.id,),
        programme=programme.slug, referrer=referrer, code=sign.ref, sign=sign.id,
        **_campaign(programme),
    )  # fmt: skip


def changes(
    programme: Programme, before: Referral | None, after: Referral, referrer: str, now: int
) -> list[Event]:
    """Tell what changed of a referral: she joined, qualified, or was rejected."""
    facts: list[Event] = []
    about: dict[str, Any] = {
        "programme": programme.slug,
        "referral": after.id,
        "referrer": referrer,
    }
    about |= _campaign(programme)
    stood = before is not None and before.state not in ("touched", "rejected")
    if after.state in ("joined", "pending") and not stood and after.joined is not None:
        facts.append(_told("joined", after, after.joined, after.code, about))
    was = None if before is None or before.state == "rejected" else before.qualified
    if after.qualified is not None and was is None and after.state != "rejected":
        facts.append(_told("qualified", after, after.qualified, after.ref, about))
    reason = before.reason if before is not None and before.state == "rejected" else None
    if after.state == "rejected" and reason != after.reason:
        said = {**about, "reason": after.reason}
        facts.append(_told("rejected", after, now, after.reason, said))
    return facts


def _told(name: str, one: Referral, at: int, cause: str, about: Mapping[str, Any]) -> Event:
    return fact(f"referral.{name}", room=ROOM, profile=one.profile, at=at,
                cause=(one.id, cause), **about)  # fmt: skip


def approved(programme: Programme, one: Reward, beneficiary: int, now: int) -> Event:
    """Promise a side its coupon: whoever makes coupons hears it."""
    return fact(
        "referral.approved", room=ROOM, profile=beneficiary, at=now,
        cause=(one.referral, one.side), programme=programme.slug, referral=one.referral,
        side=one.side, coupon=one.template, **_campaign(programme),
    )  # fmt: skip


def clawed_back(
    programme: Programme, one: Reward, beneficiary: int, reason: str, now: int
) -> Event:
    """Take back what a side was promised."""
    return fact(
        "referral.clawed_back", room=ROOM, profile=beneficiary, at=now,
        cause=(one.referral, one.side), programme=programme.slug, referral=one.referral,
        side=one.side, coupon=one.template, reason=reason, **_campaign(programme),
    )  # fmt: skip


def _campaign(programme: Programme) -> dict[str, Any]:
    return {} if programme.campaign is None else {"campaign": programme.campaign}
