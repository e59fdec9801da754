"""What cannot be counted by adding and subtracting: extremes, distinct values, last, pairs.

It is found anew for the people concerned, from all their rows. ``whose`` says for each row at which
place its person stands among those asked; answers are by that place. Pure.
"""

from dataclasses import dataclass

import numpy as np

from coterie.segments.engine.counters import Span
from coterie.segments.engine.postings import NOTHING, Flags, Ints, Rows


@dataclass(frozen=True)
class Gathered:
    """The rows of the people asked, in the order of arrival where times are equal."""

    rows: Rows
    whose: Ints
    people: int

    def within(self, span: Span, now: int) -> "Gathered":
        """Return those whose time counts at a moment."""
        times = self.rows.times
        inside = (times >= span.first(now)) & (times <= span.last(now))
        return Gathered(self.rows.take(inside), self.whose[inside], self.people)


def extreme(gathered: Gathered, column: str, *, largest: bool) -> Ints:
    """Return each one's smallest or largest value; ``NOTHING`` for who has none."""
    values = gathered.rows.values[column]
    there = values != NOTHING
    empty = NOTHING if largest else np.iinfo(np.int64).max
    found = np.full(gathered.people, empty, np.int64)
    (np.maximum if largest else np.minimum).at(found, gathered.whose[there], values[there])
    found[found == empty] = NOTHING
    return found


def distinct(gathered: Gathered, column: str) -> Ints:
    """Count each one's different values."""
    values = gathered.rows.values[column]
    there = values != NOTHING
    pairs = np.unique(np.stack([gathered.whose[there], values[there]]), axis=1)
    return np.bincount(pairs[0], minlength=gathered.people).astype(np.int64)


def last(gathered: Gathered, column: str) -> Flags:
    """Say whether each one's newest row has a 1 in a column; False for who has no row."""
    order = np.lexsort((gathered.rows.times, gathered.whose))
    whose = gathered.whose[order]
    newest = np.append(whose[1:] != whose[:-1], np.ones(min(len(whose), 1), np.bool_))
    found = np.zeros(gathered.people, np.bool_)
    places = order[newest]
    found[gathered.whose[places]] = gathered.rows.values[column][places] == 1
    return found


def pairs(
    first: Gathered, second: Gathered, after: int, within: int | None, absent: bool, now: int
) -> Flags:
    """Say who has a first row with a second one in its span or, with ``absent``, one without.

    The span of a first at f is f + max(after, 1) <= time < f + within; ``second`` are rows up to
    now. An absence counts once f + within <= now.
    """
    found = np.zeros(first.people, np.bool_)
    if not len(first.rows):
        return found
    met = _met(first, second, max(after, 1), within)
    if absent:
        assert within is not None, "the parser asks for it"
        met = ~met & (first.rows.times + within <= now)
    found[first.whose[met]] = True
    return found


def _met(first: Gathered, second: Gathered, after: int, within: int | None) -> Flags:
    """Say for each first row whether a second lies in its span: the earliest that may is looked at.

    Person and time make one number to search for, so that one search serves all people.
    """
    if not len(second.rows):
        return np.zeros(len(first.rows), np.bool_)
    base = int(min(first.rows.times.min(), second.rows.times.min()))
    width = int(max(first.rows.times.max(), second.rows.times.max())) - base + after + 2
    assert width * (first.people + 1) < 2**63, "too many people for so long a time"
    keys = np.sort(second.whose * width + (second.rows.times - base))
    starts = first.rows.times - base + after
    places = np.searchsorted(keys, first.whose * width + starts)
    places[places == len(keys)] = 0
    found = keys[places] - first.whose * width
    met: Flags = (found >= starts) & (found < width)
    if within is not None:
        met &= found < first.rows.times - base + within
    return met
