"""Who stands alike before the gate: gathered of all at once, a mark for whatever tells them apart.

What the gate asks of a person is looked up in full for one of each group only; so whatever makes a
difference to ``Audience.standing`` must leave a mark here, or make her an exception.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.messaging.audience import ZONE_TRAIT
from coterie.messaging.bounces import trait_of
from coterie.messaging.channel import Channel, Reaching
from coterie.messaging.gate import GateSettings, is_held_out
from coterie.messaging.people import Numbers, People
from coterie.storage.work import Work

_FEW = 32
"""So many different touches are told apart one after the other, more of them by person."""


class Crowd:
    """Some people, in order and each once, and what was found to tell them apart."""

    def __init__(self, people: Numbers) -> None:
        self.people = people
        self.all = BitMap(people)
        self._marks = np.zeros(len(people), np.int64)

    def mark(self, who: BitMap) -> None:
        """Tell some of them from the others."""
        if who and len(who) < len(self.people):
            self.tell_apart([who])

    def tell_apart(self, kinds: Iterable[BitMap | Sequence[int]]) -> None:
        """Tell several kinds of them from each other, and from whoever is of none."""
        found = np.zeros(len(self.people), np.int64)
        number = 0
        for number, who in enumerate(kinds, 1):
            found[self._places(who)] = number
        if found.any():
            mixed = self._marks * (number + 1) + found
            self._marks = np.unique(mixed, return_inverse=True)[1]

    def count(self, who: NDArray[np.int64]) -> None:
        """Tell them apart by how often they are named; others may be named, too."""
        named = who[np.isin(who, self.people)]
        found = np.bincount(np.searchsorted(self.people, named), minlength=len(self.people))
        mixed = self._marks * (int(found.max()) + 1) + found
        self._marks = np.unique(mixed, return_inverse=True)[1]

    def groups(self) -> Iterator[NDArray[np.intp]]:
        """Yield the places of those who stand alike, in order."""
        order = np.argsort(self._marks, kind="stable")
        cuts = np.flatnonzero(np.diff(self._marks[order])) + 1
        yield from np.split(order, cuts)

    def _places(self, who: BitMap | Sequence[int]) -> NDArray[np.intp]:
        wanted = np.fromiter(who, np.int32, len(who))
        return np.searchsorted(self.people, wanted)


def mark_unasked(
    work: Work, crowd: Crowd, people: People, settings: GateSettings, purpose: str, channel: str
) -> None:
    """Mark what is asked of touches that nobody asked for: consent, mode, universal holdout."""
    crowd.mark(people.agreeing(work, crowd.people, purpose, channel))
    crowd.mark(people.plain_among(work, crowd.people))
    if settings.holdout:
        keys = people.buckets_among(work, crowd.people)
        out = (one for one, key in keys.items() if is_held_out(key, settings))
        crowd.mark(BitMap(out) & crowd.all)


def mark_traits(
    work: Work, crowd: Crowd, people: People, channel: Channel | None, others: Collection[str]
) -> BitMap:
    """Mark who is known, can be reached, and has which of some other traits.

    Return whose address was refused once: whether that still holds is asked of each.
    """
    address = None if channel is None else channel.address_trait
    refused = None if address is None else trait_of(address)
    wanted = {ZONE_TRAIT, *others, *(each for each in (address, refused) if each is not None)}
    crowd.mark(people.people_among(work, crowd.people))
    reached, dead = BitMap(), BitMap()
    kinds: defaultdict[str, list[BitMap]] = defaultdict(list)
    for name, _, who in people.traits_among(work, crowd.people, wanted):
        if name == address:
            reached |= who
        elif name == refused:
            dead |= who
        else:
            kinds[name].append(who)
    for apart in ([reached], [dead], *kinds.values()):
        crowd.tell_apart(apart)
    if isinstance(channel, Reaching):
        ways: defaultdict[object, list[int]] = defaultdict(list)
        for profile, way in channel.reach(work, crowd.people.tolist()).items():
            ways[way].append(profile)
        crowd.tell_apart(ways.values())
    return dead


def mark_tags(work: Work, crowd: Crowd, people: People, tags: Iterable[str]) -> None:
    """Mark who wears each of these tags."""
    for tag in tags:
        crowd.mark(people.wearing(work, crowd.people, tag))


def mark_planned(crowd: Crowd, planned: Iterable[tuple[object, NDArray[np.int64]]]) -> None:
    """Mark who has the same touches before her: by the touch, who has it (twice: two of them)."""
    hers: defaultdict[int, list[int]] = defaultdict(list)
    for number, (_, who) in enumerate(planned):
        if number < _FEW:
            crowd.count(who)
        else:
            for profile in who.tolist():
                hers[profile].append(number)
    alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for profile, touches in hers.items():
        alike[tuple(sorted(touches))].append(profile)
    crowd.tell_apart(alike.values())
