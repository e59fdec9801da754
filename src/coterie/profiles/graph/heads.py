"""Who leads whom, kept in memory: answers for millions without asking the database."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyroaring import BitMap

from coterie.core.people import Led
from coterie.profiles.graph import store
from coterie.storage.work import Work

_KEPT = 3
"""States remembered: the one that is committed, and those of works that are under way."""


@dataclass(frozen=True)
class State:
    """Everybody who is led by another, and everybody erased, at one stamp.

    ``by_head`` are the same as ``led``, sorted by head.
    """

    led: Led
    by_head: Led
    erased: BitMap

    @classmethod
    def of(cls, led: Led, erased: BitMap) -> "State":
        """Make a state of all who are led, sorted by profile."""
        order = np.argsort(led.heads, kind="stable")
        return cls(led, Led(led.profiles[order], led.heads[order]), erased)

    @cached_property
    def gone(self) -> BitMap:
        """Return the profiles that are no person: led by another, or erased."""
        return BitMap(self.led.profiles) | self.erased

    def members(self, heads: Collection[int]) -> dict[int, tuple[int, ...]]:
        """Return whom each of these heads leads, itself first: the lowest number leads."""
        # as int32: a search by another type would convert all there is
        asked = np.fromiter(heads, dtype=np.int32, count=len(heads))
        firsts = np.searchsorted(self.by_head.heads, asked).tolist()
        lasts = np.searchsorted(self.by_head.heads, asked, side="right").tolist()
        led = self.by_head.profiles
        return {
            head: (head, *sorted(led[first:last].tolist())) if first < last else (head,)
            for head, first, last in zip(asked.tolist(), firsts, lasts, strict=True)
        }

    def changed(self, heads: Mapping[int, int]) -> "State":
        """Return the state after these profiles got these heads."""
        touched = np.fromiter(heads, dtype=np.int32, count=len(heads))
        new = [(profile, head) for profile, head in heads.items() if head != profile]
        profiles = np.array([profile for profile, _ in new], dtype=np.int32)
        leading = np.array([head for _, head in new], dtype=np.int32)

        def after(old: Led) -> Led:
            stays = ~np.isin(old.profiles, touched)
            led = np.concatenate([old.profiles[stays], profiles])
            lead = np.concatenate([old.heads[stays], leading])
            # what stays is sorted already, so that this is little more than a merge
            order = np.argsort(led if old is self.led else lead, kind="stable")
            return Led(led[order], lead[order])

        return State(after(self.led), after(self.by_head), self.erased)


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
            state = State.of(_led(work), BitMap(store.erased(work)))
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
