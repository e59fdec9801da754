"""Whose answer an atom turned in a step, found from what moved."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.segments.engine.atoms import Atom, Counting
from coterie.segments.engine.counters import Changed
from coterie.segments.engine.distinct import Units
from coterie.segments.engine.leading import Leading
from coterie.segments.engine.moments import Moved
from coterie.segments.engine.postings import Flags, People

_NOBODY: People = np.empty(0, np.int32)


def turned(atom: Atom[Flags], moved: Moved, leading: Leading) -> tuple[People, People]:
    """Return the heads whose answer turned, and heads who must be asked again to know.

    Numbers tell both what was and what is. Who leads whom must be as it was before: whoever shifted
    is asked anyway.
    """
    if isinstance(atom, Counting):
        return _turned(atom, moved, leading), _NOBODY
    if isinstance(atom, Units):
        changed = moved.counted[id(atom.counter)]
        differs: Flags = atom.test(changed.before) != atom.test(changed.after)
        if not leading.is_any:
            return changed.people[differs], _NOBODY
        heads = leading.heads_of(changed.people)
        many = leading.leads(heads)
        return heads[differs & ~many], heads[many]
    return _NOBODY, leading.heads_of(atom.concerned(moved))


def _turned(atom: Counting[Flags], moved: Moved, leading: Leading) -> People:
    told = [moved.counted[id(counter)] for counter in atom.counters]
    if len(told) == 1 and not leading.is_any:
        heads, before, after = told[0].people, [told[0].before], [told[0].after]
    else:
        told = [
            _by_head(changed, counter.numbers, leading)
            for changed, counter in zip(told, atom.counters, strict=True)
        ]
        heads = np.unique(np.concatenate([changed.people for changed in told]))
        after = [leading.summed(counter.numbers, heads) for counter in atom.counters]
        both = zip(told, after, strict=True)
        before = [changed.before_of(heads, numbers) for changed, numbers in both]
    if not len(heads):
        return heads
    differs: Flags = atom.test(before) != atom.test(after)
    return heads[differs]


def _by_head(changed: Changed, numbers: NDArray[Any], leading: Leading) -> Changed:
    """Tell what changed of the sums over all whom a head leads."""
    if not leading.is_any:
        return changed
    of = leading.heads_of(changed.people)
    heads = np.unique(of)
    after = leading.summed(numbers, heads)
    before = after.copy()
    np.subtract.at(before, np.searchsorted(heads, of), changed.after - changed.before)
    return Changed(heads, before, after)
