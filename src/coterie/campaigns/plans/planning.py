"""What should be there by a day: targets spread over the days on which they can be met. Pure.

People join and take part while the groups are worked with; they visit and buy during the sale.
Each target is spread evenly over its days, so a plan by day needs nobody to invent one.
"""

from datetime import date, timedelta

from coterie.campaigns.plans.model import Campaign, Target
from coterie.campaigns.plans.timing import first_day, last_day

_OF_SALE: tuple[Target, ...] = ("visits", "buyers", "revenue")


def days(campaign: Campaign) -> list[date]:
    """Return the days of a campaign, from the first of its first phase to the last of its last."""
    first = first_day(campaign)
    return [first + timedelta(n) for n in range((last_day(campaign) - first).days + 1)]


def planned(campaign: Campaign, target: Target) -> list[int] | None:
    """Return how much should be there by the end of each day; None without a target.

    >>> from coterie.campaigns.plans.parse import parse
    >>> plan = parse({"title": "x", "start": "2026-09-18", "targets": {"visits": 1_500}})
    >>> planned(plan, "visits")[5:9], planned(plan, "visits")[-1]
    ([0, 0, 150, 300], 1500)
    """
    whole = campaign.targets.get(target)
    if whole is None:
        return None
    of_sale = target in _OF_SALE
    day, length = (campaign.sale.day, campaign.sale.days) if of_sale else campaign.operation
    begins = campaign.start + timedelta(day)
    return [
        round(whole * min(length, max(0, (one - begins).days + 1)) / length)
        for one in days(campaign)
    ]


def expected(campaign: Campaign, target: Target, today: date) -> int | None:
    """Return how much should be there by the end of a day."""
    curve = planned(campaign, target)
    if curve is None:
        return None
    place = (today - first_day(campaign)).days
    return 0 if place < 0 else curve[min(place, len(curve) - 1)]
