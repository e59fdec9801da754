"""Which moments count at a given one: a window, into which a list's rows come and fall out of."""

from dataclasses import dataclass

from coterie.segments.engine.postings import NOTHING, Postings

LONG_AGO = NOTHING + 1
"""Earlier than every event."""


@dataclass(frozen=True)
class Span:
    """Which moments count at ``now``: now - back <= time <= now - skip, and start <= time < end.

    What is None does not bind. All in milliseconds.
    """

    back: int | None = None
    skip: int = 0
    start: int | None = None
    end: int | None = None

    def first(self, now: int) -> int:
        """Return the earliest moment that counts."""
        bounds = [LONG_AGO if self.start is None else self.start]
        if self.back is not None:
            bounds.append(now - self.back)
        return max(bounds)

    def last(self, now: int) -> int:
        """Return the latest moment that counts; before the first when none does."""
        return now - self.skip if self.end is None else min(now - self.skip, self.end - 1)

    def next_turn(self, postings: Postings, now: int) -> int | None:
        """Return the next moment at which a row of a list comes in or falls out by itself."""
        turns = []
        coming = postings.next_after(self.last(now))
        if coming is not None and (self.end is None or coming < self.end):
            turns.append(coming + self.skip)
        if self.back is not None:
            going = postings.next_after(self.first(now) - 1)
            if going is not None and going <= self.last(now):
                turns.append(going + self.back + 1)
        return min(turns, default=None)
