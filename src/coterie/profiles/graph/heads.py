"""Who leads whom, kept in memory: answers for millions without asking the database."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.core.people import Led
from coterie.profiles.graph import store
from coterie.storage.work import Work

_KEPT = 3
"""States remembered: the one that is committed, and those of works that are under way."""


@dataclass(frozen=True)
class State:
    """Everybody who is led by another, and everybody erased, at one stamp."""

    led: Led
    erased: BitMap

    @cached_property
    def by_head(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the heads in order, and beside each one whom it leads."""
        order = np.lexsort((self.led.profiles, self.led.heads))
        return self.led.heads[order], self.led.profiles[order]

    @cached_property
    def gone(self) -> BitMap:
        """Return the profiles that are no person: led by another, or erased."""
        return BitMap(self.led.profiles) | self.erased

    def head(self, profile: int) -> int:
        """Return the head of a profile."""
        place = int(np.searchsorted(self.led.profiles, profile))
        if place < len(self.led.profiles) and self.led.profiles[place] == profile:
            return int(self.led.heads[place])
        return profile

    def members(self, head: int) -> tuple[int, ...]:
        """Return whom a head leads, itself first."""
        heads, profiles = self.by_head
        first, last = np.searchsorted(heads, head), np.searchsorted(heads, head, side="right")
        return (head, *profiles[first:last].tolist())

    def changed(self, heads: Mapping[int, int]) -> "State":
        """Return the state after these profiles got these heads."""
        touched = np.array(sorted(heads), dtype=np.int32)
        stays = ~np.isin(self.led.profiles, touched)
        new = [(profile, head) for profile, head in heads.items() if head != profile]
        profiles = np.array([profile for profile, _ in new], dtype=np.int32)
        leading = np.array([head for _, head in new], dtype=np.int32)
        profiles = np.concatenate([self.led.profiles[stays], profiles])
        leading = np.concatenate([self.led.heads[stays], leading])
        order = np.argsort(profiles, kind="stable")
        return State(Led(profiles[order], leading[order]), self.erased)


class Leading:
    """Answers who leads whom as a work's transaction sees it.

    What is kept is keyed by a stamp that every change renews within its transaction: another
    process sees the new stamp and reads anew; a work that fails leaves a stamp nobody will see.
    """

    def __init__(self) -> None:
        self._states: OrderedDict[str, State] = OrderedDict()

    def state(self, work: Work) -> State:
        """Return who leads whom now."""
        stamp = store.stamp(work)
        state = self._states.get(stamp)
        if state is None:
            state = State(_led(work), BitMap(store.erased(work)))
            self._keep(stamp, state)
        return state

    def change(self, work: Work, heads: Mapping[int, int]) -> None:
        """Write who leads these profiles from now on, and know it at once."""
        state = self.state(work)
        store.write_heads(work, heads)
        self.note(work, state.changed(heads))

    def note(self, work: Work, state: State) -> None:
        """Keep the state after a change that is written already."""
        self._keep(store.renew_stamp(work), state)

    def _keep(self, stamp: str, state: State) -> None:
        states = OrderedDict(self._states)
        states[stamp] = state
        while len(states) > _KEPT:
            states.popitem(last=False)
        self._states = states  # replaced whole: other threads may be reading

    def heads(self, work: Work, profiles: Collection[int]) -> dict[int, int]:
        """Return the head of each of these profiles."""
        state = self.state(work)
        if not len(state.led.profiles):
            return {profile: profile for profile in profiles}
        asked = np.fromiter(profiles, dtype=np.int32, count=len(profiles))
        places = np.searchsorted(state.led.profiles, asked)
        places[places == len(state.led.profiles)] = 0
        found = np.where(state.led.profiles[places] == asked, state.led.heads[places], asked)
        return dict(zip(asked.tolist(), found.tolist(), strict=True))


def _led(work: Work) -> Led:
    rows = store.led(work)
    both = np.array([tuple(row) for row in rows], dtype=np.int32).reshape(len(rows), 2)
    return Led(np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1]))
