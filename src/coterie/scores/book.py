"""The book: how those who came lately stand, kept in memory so that nobody's past is read again.

It is a cache of one process, lost with it. It may be used while two things hold, which the
transaction that asks can see: nobody else has written scores since (``score_book`` names the holder
and counts the transactions), and every event that came into the log since went through ``add``
here. It is written in place, under the number of the transaction that writes: if that one fails,
the count of the house stays behind the book's, and who comes next begins a new one.
"""

from collections.abc import Iterable
from uuid import uuid4

from coterie.scores import store
from coterie.scores.standing import Standings
from coterie.storage.work import Work

MOST = 1_000_000
"""What the book holds, of those who came last: their scores and kinds of event, 300 bytes each."""

_OPEN = "scores.book"


class Book:
    """How those who came last stand, in one process: so many people as ``most`` allows."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._holder = uuid4().hex
        self._turned = self._at = 0
        self._standings = Standings(most)
        self._gone: set[int] = set()

    def open(self, work: Work) -> Standings:
        """Return what a transaction may go on from; others who score wait until it ends.

        Who locks the log's state too takes that first.
        """
        if _OPEN not in work.memo:
            holder, turned = store.take_book(work, self._holder)
            if (holder, turned) != (self._holder, self._turned):
                self._standings = Standings(self._most)
            self._turned = turned + 1
            gone, self._gone = self._gone, set()
            self._standings.forget(gone)
            work.memo[_OPEN] = True
        return self._standings

    def open_at(self, work: Work, before: int, after: int) -> Standings:
        """Open it to add what took the log from one seq to another."""
        found = self.open(work)
        if before != self._at:
            found = self._standings = Standings(self._most)
        self._at = after
        return found

    def drop(self, profiles: Iterable[int]) -> None:
        """Forget people of whom no event comes any more; nobody has to wait for it."""
        self._gone.update(profiles)
