"""Who stands alike before the gate: gathered of all at once, a mark for whatever tells them apart.

What the gate asks of a person is looked up in full for one of each group only; so whatever makes a
difference to ``Audience.standing`` must leave a mark here, or make her an exception.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.messaging.alike.lot import Lot
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
        for number, who in enumerate(kinds, 1):
            found[self._places(who)] = number
        if found.any():
            self.sort(found)

    def sort(self, kinds: NDArray[np.int64]) -> None:
        """Tell them apart by numbers from 0 on, one for each of them."""
        mixed = self._marks * (int(kinds.max()) + 1) + kinds
        self._marks = np.unique(mixed, return_inverse=True)[1]

    def count(self, who: NDArray[np.int64]) -> None:
        """Tell them apart by how often they are named; others may be named, too."""
        named = who[np.isin(who, self.people)]
        self.sort(np.bincount(np.searchsorted(self.people, named), minlength=len(self.people)))

    def groups(self) -> Iterator[NDArray[np.intp]]:
        """Yield the places of those who stand alike, in order."""
        order = np.argsort(self._marks, kind="stable")
        cuts = np.flatnonzero(np.diff(self._marks[order])) + 1
        yield from np.split(order, cuts)

    def _places(self, who: BitMap | Sequence[int]) -> NDArray[np.intp]:
        wanted = np.fromiter(who, np.int32, len(who))
        return np.searchsorted(self.people, wanted)


def mark_unasked(
    work: Work,
    crowd: Crowd,
    people: People,
    settings: GateSettings,
    allowed: Iterable[tuple[str, str]],
) -> None:
    """Mark what is asked of touches that nobody asked for: consent, mode, universal holdout.

    ``allowed`` are the purposes and channels that consent is needed for.
    """
    for purpose, channel in allowed:
        crowd.mark(people.agreeing(work, crowd.people, purpose, channel))
    crowd.mark(people.plain_among(work, crowd.people))
    if settings.holdout:
        keys = people.buckets_among(work, crowd.people)
        out = (one for one, key in keys.items() if is_held_out(key, settings))
        crowd.mark(BitMap(out) & crowd.all)


def mark_asked(crowd: Crowd, lot: Lot, ages: Mapping[str, int]) -> None:
    """Mark what of their own some are asked for: who gets a shadow, and the age items ask for."""
    for number, places in lot.by_person(crowd.people).items():
        asking = lot.askings[number]
        crowd.mark(asking.shadow & BitMap(crowd.people[places >= 0]))
        if ages and asking.items:
            hers = (asking.items.get(profile, ()) for profile in crowd.people.tolist())
            asked = [max((ages.get(item, 0) for item in items), default=0) for items in hers]
            crowd.sort(np.unique(asked, return_inverse=True)[1])


def mark_traits(
    work: Work,
    crowd: Crowd,
    people: People,
    channels: Sequence[Channel | None],
    others: Collection[str],
) -> BitMap:
    """Mark who is known, can be reached, and has which of some other traits.

    Return whose address was refused once: whether that still holds is asked of each.
    """
    addresses = {each.address_trait for each in channels if each is not None} - {None}
    refused = {trait_of(address) for address in addresses if address is not None}
    wanted = {ZONE_TRAIT, *others, *(each for each in (*addresses, *refused) if each is not None)}
    crowd.mark(people.people_among(work, crowd.people))
    dead = BitMap()
    kinds: defaultdict[str, list[BitMap]] = defaultdict(list)
    for name, _, who in people.traits_among(work, crowd.people, wanted):
        if name in addresses or name in refused:
            kinds[name] = [who.union(*kinds[name])]
            dead |= who if name in refused else BitMap()
        else:
            kinds[name].append(who)
    for apart in kinds.values():
        crowd.tell_apart(apart)
    for channel in channels:
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
