"""Put the trees together, and tell their shape. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from coterie.referrals.cascades.model import Forest, Shape
from coterie.referrals.model import Referral, floored
from coterie.referrals.programmes.model import ERASED, Participant

HONEST = ("cap_all", "refunded")
"""Who got nothing for want of rewards, or gave back what she bought, was brought all the same."""


def came(one: Referral) -> bool:
    """Say whether somebody joined after she was touched, whoever she turned out to be."""
    return one.joined is not None and one.joined >= floored(one.touched)


def counts(one: Referral) -> bool:
    """Say whether somebody was brought: she joined, and it was not taken from her."""
    return came(one) and (one.state not in ("rejected", "clawed_back") or one.reason in HONEST)


Key = tuple[int, str]
"""Who somebody is in a forest: her profile, or of the erased what is left of each."""


def forest(participants: Sequence[Participant], referrals: Sequence[Referral]) -> Forest:
    """Put together who brought whom; whoever takes part and nobody brought is a seed."""
    brought = [one for one in referrals if counts(one)]
    friends = {one.profile for one in brought if one.profile != ERASED}
    owner: dict[str, Key] = {}
    seeds: dict[Key, int] = {}
    for one in participants:
        key = owner[one.code] = _key(one.profile, one.code)
        if one.profile not in friends:
            seeds.setdefault(key, one.since)
    places = {key: place for place, key in enumerate(seeds)}
    parent, entered = [-1] * len(seeds), list(seeds.values())
    gone = [-1] * len(seeds)
    for friend, above in _parents_first(brought, owner, places):
        joined = friend.joined or 0
        parent.append(above)
        entered.append(max(joined, entered[above]))
        gone.append(-1 if friend.lost is None else friend.lost - joined)
    generation = np.zeros(len(parent), np.int64)
    for place, above in enumerate(parent):
        if above >= 0:
            generation[place] = generation[above] + 1
    claims = np.array(
        [
            (places[owner[one.code]], one.joined)
            for one in referrals
            if _is_claim(one) and owner.get(one.code) in places
        ],
        np.int64,
    ).reshape(-1, 2)
    return Forest(
        np.array(parent, np.int64), np.array(entered, np.int64), generation,
        np.array(gone, np.int64), (claims[:, 0], claims[:, 1]), [key[0] for key in places],
    )  # fmt: skip


def _key(profile: int, left: str) -> Key:
    return profile, left if profile == ERASED else ""


def _parents_first(
    brought: Sequence[Referral], owner: Mapping[str, Key], places: dict[Key, int]
) -> Iterator[tuple[Referral, int]]:
    """Yield friends with the place of whoever brought each, and give them places of their own.

    A parent joined before her child, but a clock may say otherwise.
    """
    waiting = sorted(brought, key=lambda one: (one.joined or 0, one.id))
    while waiting:
        later: list[Referral] = []
        for one in waiting:
            above = places.get(owner.get(one.code, (-1, "")))
            if above is None:
                later.append(one)
                continue
            places[_key(one.profile, one.id)] = len(places)
            yield one, above
        if len(later) == len(waiting):
            return
        waiting = later


def _is_claim(one: Referral) -> bool:
    return came(one) and not counts(one)


def shape(one: Forest) -> Shape:
    """Tell the shape of the trees; those of one person alone are no trees."""
    count = len(one.parent)
    root = np.arange(count)
    size = np.ones(count, np.int64)
    for place in range(count):
        if one.parent[place] >= 0:
            root[place] = root[one.parent[place]]
    for place in range(count - 1, -1, -1):
        if one.parent[place] >= 0:
            size[one.parent[place]] += size[place]
    roots = np.flatnonzero((one.parent < 0) & (size > 1))
    if not len(roots):
        return Shape(0, count, 1 if count else 0, 0, count, None)
    largest = int(roots[np.argmax(size[roots])])
    whole = int(size[largest])
    inner = size[(root == largest) & (one.parent >= 0)]
    # an edge lies on the way between all that is below it and all that is not
    distances = int(np.sum(inner * (whole - inner)))
    return Shape(
        trees=len(roots), people=count, largest=whole, depth=int(one.generation.max()),
        breadth=int(np.bincount(one.generation).max()),
        virality=round(distances / (whole * (whole - 1) / 2), 4),
    )  # fmt: skip
