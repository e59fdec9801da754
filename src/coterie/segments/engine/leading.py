"""Who leads whom, for arrays of profiles: the way from what a row came with to its person."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.core.people import Led
from coterie.segments.engine.people import by_profile
from coterie.segments.engine.postings import Flags, Ints, People, ranges

_FEW = 8
"""Up to one profile in so many numbers they are looked up one by one, rather than in a table."""


class Leading:
    """One state of who leads whom; made anew when that changes."""

    def __init__(self, led: Led) -> None:
        self.led = led
        order = np.argsort(led.heads, kind="stable")
        self._heads = led.heads[order]
        self._members = led.profiles[order]

    @property
    def is_any(self) -> bool:
        """Say whether anybody is led by another."""
        return bool(len(self.led.profiles))

    def leads(self, heads: People) -> Flags:
        """Say who of some heads leads others."""
        return np.isin(heads, self._heads)

    def heads_of(self, profiles: People) -> People:
        """Return the head of each profile, in the same places."""
        if not len(self.led.profiles) or not len(profiles):
            return profiles
        places = np.searchsorted(self.led.profiles, profiles)
        places[places == len(self.led.profiles)] = 0
        is_led = self.led.profiles[places] == profiles
        return np.where(is_led, self.led.heads[places], profiles)

    def places(self, profiles: People, heads: People) -> People:
        """Return where each profile's head stands among some heads, given in order; else -1."""
        if not len(profiles) or not len(heads):
            return np.full(len(profiles), -1, np.int32)
        first, last = int(heads[0]), int(heads[-1])
        if not len(self.led.profiles) and last - first + 1 == len(heads):
            places = profiles - np.int32(first)
            places[(profiles < first) | (profiles > last)] = -1
            return places
        if len(profiles) * _FEW < last:
            whose = self.heads_of(profiles)
            found = np.searchsorted(heads, whose).astype(np.int32)
            found[found == len(heads)] = 0
            return np.where(heads[found] == whose, found, np.int32(-1))
        table = np.full(self._size(profiles, heads), -1, np.int32)
        table[heads] = np.arange(len(heads), dtype=np.int32)
        table[self.led.profiles] = table[self.led.heads]
        return table[profiles]

    def _size(self, *people: People) -> int:
        """Return the size of a table by profile of some people, and of all who lead or are led."""
        mentioned = (*people, self.led.profiles, self.led.heads)
        return 1 + max(int(some.max(initial=0)) for some in mentioned)

    def members_of(self, heads: People) -> People:
        """Return all profiles that some heads lead, themselves among them, in order."""
        places = self._led_by(heads)[0]
        return np.sort(np.concatenate([heads, self._members[places]]))

    def summed(self, counts: NDArray[Any], heads: People) -> NDArray[Any]:
        """Sum what is counted by profile over the members of each head.

        ``counts`` is by profile, of whatever integers; who stands beyond its end has 0. While
        nobody leads others it is what is counted itself, or a part of it: not to be changed.
        """
        own = by_profile(counts, heads, 0)
        if not self.is_any:
            return own
        sums = own.astype(np.int64)
        places, whose = self._led_by(heads)
        members = self._members[places]
        inside = members < len(counts)
        np.add.at(sums, whose[inside], counts[members[inside]].astype(np.int64))
        return sums

    def _led_by(self, heads: People) -> tuple[Ints, Ints]:
        """Return where the led of these heads stand, and at which place their head was given."""
        if not len(heads):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        if len(self._heads) < len(heads):
            whose = np.searchsorted(heads, self._heads)
            whose[whose == len(heads)] = 0
            [places] = np.nonzero(heads[whose] == self._heads)
            return places, whose[places]
        lows = np.searchsorted(self._heads, heads)
        highs = np.searchsorted(self._heads, heads, side="right")
        return ranges(lows, highs), np.repeat(np.arange(len(heads)), highs - lows)
