"""Read off facts what concerns benefits: rewards of referrals, and what became of coupons. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from coterie.core.event import Event
from coterie.core.numbers import scaled

APPROVED = "coterie.referral.approved"
CLAWED_BACK = "coterie.referral.clawed_back"
REFUSED = "coterie.coupon.refused"
REDEEMED = "coterie.coupon.redeemed"
ROLLED_BACK = "coterie.coupon.rolled_back"
SIDES = ("referrer", "friend")


@dataclass(frozen=True)
class Reward:
    """What one side of a referral is to get; ``by`` tells the referral and the side."""

    event: Event
    by: str
    template: str
    campaign: str | None


def rewards_in(events: Iterable[Event]) -> list[Reward]:
    """Return the rewards that approved referrals bring; one without a coupon brings none."""
    found = []
    for event in events:
        if event.name != APPROVED or event.type != "fact":
            continue
        said = event.properties
        template, campaign = said.get("coupon"), said.get("campaign")
        if template:
            by = f"{said['referral']}:{said['side']}"
            found.append(Reward(event, by, str(template), str(campaign) if campaign else None))
    return found


def clawed_back(events: Iterable[Event]) -> dict[str, str]:
    """Return the sides of referrals that were taken back, each with the reason."""
    found = {}
    for event in events:
        if event.name == CLAWED_BACK and event.type == "fact":
            said = event.properties
            sides = [said["side"]] if said.get("side") else SIDES
            for side in sides:
                found[f"{said['referral']}:{side}"] = str(said.get("reason") or "refund")
    return found


@dataclass
class Use:
    """What became of a coupon in a batch: redeemed more often than rolled back, and the amount."""

    times: int = 0
    amount: int = 0


def uses_in(events: Iterable[Event]) -> dict[str, Use]:
    """Return what became of the coupons that benefits gave, by coupon."""
    found: dict[str, Use] = {}
    for event in events:
        if event.name not in (REDEEMED, ROLLED_BACK) or event.type != "fact":
            continue
        said = event.properties
        if not str(said.get("origin", "")).startswith(("benefit:", "referral:")):
            continue
        sign = 1 if event.name == REDEEMED else -1
        one = found.setdefault(str(said["coupon"]), Use())
        one.times += sign
        one.amount += sign * (scaled(said.get("amount")) or 0)
    return found
