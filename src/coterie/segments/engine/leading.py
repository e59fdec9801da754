"""Who leads whom, for arrays of profiles: the way from what a row came with to its person."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.core.people import Led
from coterie.segments.engine.postings import Ints, People, ranges


class Leading:
    """One state of who leads whom; made anew when that changes."""

    def __init__(self, led: Led) -> None:
        self.led = led
        order = np.argsort(led.heads, kind="stable")
        self._heads = led.heads[order]
        self._members = led.profiles[order]

    def heads_of(self, profiles: People) -> People:
        """Return the head of each profile, in the same places."""
        if not len(self.led.profiles) or not len(profiles):
            return profiles
        places = np.searchsorted(self.led.profiles, profiles)
        places[places == len(self.led.profiles)] = 0
        is_led = self.led.profiles[places] == profiles
        return np.where(is_led, self.led.heads[places], profiles)

    def members_of(self, heads: People) -> People:
        """Return all profiles that some heads lead, themselves among them, in order."""
        places = self._places(heads)[0]
        return np.sort(np.concatenate([heads, self._members[places]]))

    def summed(self, counts: NDArray[Any], heads: People) -> Ints:
        """Sum what is counted by profile over the members of each head.

        ``counts`` is by profile, of whatever integers; who stands beyond its end has 0.
        """
        if len(heads) and len(heads) == int(heads[-1]) - int(heads[0]) + 1:
            sums = _run(counts, int(heads[0]), int(heads[-1]) + 1)
        else:
            sums = _at(counts, heads)
        places, whose = self._places(heads)
        if len(places):
            np.add.at(sums, whose, _at(counts, self._members[places]))
        return sums

    def _places(self, heads: People) -> tuple[Ints, Ints]:
        """Return where the led of these heads stand, and at which place their head was given."""
        lows = np.searchsorted(self._heads, heads)
        highs = np.searchsorted(self._heads, heads, side="right")
        if not (highs > lows).any():
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return ranges(lows, highs), np.repeat(np.arange(len(heads)), highs - lows)


def _at(counts: NDArray[Any], profiles: People) -> Ints:
    if not len(profiles) or int(profiles.max()) < len(counts):
        return counts[profiles].astype(np.int64)
    found = np.zeros(len(profiles), np.int64)
    there = profiles < len(counts)
    found[there] = counts[profiles[there]]
    return found


def _run(counts: NDArray[Any], first: int, end: int) -> Ints:
    """Return the counts of first..end-1, who are all there: no need to look up each."""
    found = np.zeros(end - first, np.int64)
    held = counts[first:end]
    found[: len(held)] = held
    return found
