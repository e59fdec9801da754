"""The book: how those who came lately stand, kept in memory so that nobody's past is read again.

It is a cache of one process, lost with it. It may be used while two things hold, which the
transaction that asks can see: nobody else has written scores since (``score_book`` names the holder
and counts the transactions), and every event that came into the log since went through ``add``
here. It changes when the transaction commits, and never before.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from uuid import uuid4

from coterie.scores import store
from coterie.scores.standing import Standing
from coterie.storage.work import Work

MOST = 1_000_000
"""What the book holds, of those who came last: their scores and kinds of event, 300 bytes each."""

_PAGE = "scores.page"


@dataclass
class Page:
    """What one transaction reads of the book, and will write into it.

    ``at`` is the log's next seq up to which ``known`` tells everything; ``turned`` numbers the
    pages of the house.
    """

    known: Mapping[int, Standing]
    at: int
    turned: int
    stale: set[int] = field(default_factory=set)
    written: dict[int, Standing] = field(default_factory=dict)

    def find(self, profile: int) -> Standing | None:
        """Return how a person stands; the one who changes it takes a copy."""
        if profile in self.written:
            return self.written[profile]
        return None if profile in self.stale else self.known.get(profile)

    def turn(self, before: int, after: int) -> None:
        """Say that the log went from one seq to another with what is added now."""
        if before != self.at:
            self.known, self.written = {}, {}
        self.at = after

    def forget(self, profiles: Iterable[int]) -> None:
        """Forget people: their scores are made anew."""
        for profile in profiles:
            self.stale.add(profile)
            self.written.pop(profile, None)


class Book:
    """How those who came last stand, in one process: so many people as ``most`` allows."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._holder = uuid4().hex
        self._lock = Lock()
        self._at = self._turned = 0
        self._held = 0
        self._known: OrderedDict[int, Standing] = OrderedDict()

    def page(self, work: Work) -> Page:
        """Return the page of a transaction; others who score wait until it ends.

        Who locks the log's state too takes that first.
        """
        page: Page | None = work.memo.get(_PAGE)
        if page is None:
            holder, turned = store.take_book(work, self._holder)
            with self._lock:
                mine = (holder, turned) == (self._holder, self._turned)
                page = Page(self._known if mine else {}, self._at, turned + 1)
            work.memo[_PAGE] = page
            work.after_commit(lambda: self._keep(page))
        return page

    def drop(self, profiles: Iterable[int]) -> None:
        """Forget people of whom no event comes any more; nobody has to wait for it."""
        with self._lock:
            for profile in profiles:
                self._held -= _size(self._known.pop(profile, None))

    def _keep(self, page: Page) -> None:
        with self._lock:
            if page.turned <= self._turned:
                return  # a later one was kept already, and knew nothing of this one
            if page.known is not self._known:
                self._known, self._held = OrderedDict(), 0
            for profile in (*page.stale, *page.written):
                self._held -= _size(self._known.pop(profile, None))
            for profile, standing in page.written.items():
                self._known[profile] = standing
                self._held += _size(standing)
            while self._held > self._most:
                self._held -= _size(self._known.popitem(last=False)[1])
            self._at, self._turned = page.at, page.turned


def _size(standing: Standing | None) -> int:
    return 0 if standing is None else 1 + len(standing.interests) + len(standing.times)
