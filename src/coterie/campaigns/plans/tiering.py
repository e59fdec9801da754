"""Which tier somebody is of today. Pure.

A **seed** brought a friend, or was among the first to join a group of the campaign. Of the others
a **core** member's activity is at or above the one threshold, a **general** one's at or above the
other, and a **lurker** is everybody else. The first that fits counts, so a person has exactly one.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from coterie.campaigns.plans.model import Tier, Tiering

Verdict = tuple[Tier, dict[str, Any]]


def tier_of(rule: Tiering, place: int | None, friends: int, activity: float) -> Verdict:
    """Return the tier and why.

    ``place`` is the order in which she joined (from 1), ``friends`` how many she brought.

    >>> tier_of(Tiering(seeds=10), 11, 0, 2.5)
    ('general', {'code': 'activity', 'activity': 2.5, 'from': 0.5})
    """
    if friends > 0:
        return "seed", {"code": "referrer", "friends": friends}
    if place is not None and place <= rule.seeds:
        return "seed", {"code": "first_joiner", "place": place}
    level = round(activity, 2)
    if activity >= rule.core:
        return "core", {"code": "activity", "activity": level, "from": rule.core}
    if activity >= rule.general:
        return "general", {"code": "activity", "activity": level, "from": rule.general}
    return "lurker", {"code": "quiet", "activity": level, "below": rule.general}


def places(joined: Iterable[tuple[int, int]], seeds: int) -> dict[int, int]:
    """Number the first joiners, of (moment, person) pairs; ties by the person.

    >>> places([(20, 7), (10, 9), (30, 9), (15, 8)], 2)
    {9: 1, 8: 2}
    """
    found: dict[int, int] = {}
    for _, person in sorted(joined):
        if len(found) >= seeds:
            break
        found.setdefault(person, len(found) + 1)
    return found


def tiers_of(
    rule: Tiering,
    members: Collection[int],
    first: Mapping[int, int],
    friends: Mapping[int, int],
    activity: Mapping[int, float],
) -> dict[int, Verdict]:
    """Return everybody's tier and why, by person."""
    return {
        one: tier_of(rule, first.get(one), friends.get(one, 0), activity.get(one, 0.0))
        for one in members
    }
