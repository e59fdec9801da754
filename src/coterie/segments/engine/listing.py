"""Which events a list is of, and what is kept of each: from a rule's words to columns of integers.

An event is read twice over: from the log's lake by SQL (``loading``), and, while it is fresh, as
the object that the road carries (here). Both make the same integers of it.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

from coterie.segments.engine.postings import Postings
from coterie.segments.engine.spans import LONG_AGO, Span
from coterie.segments.language.calendar import is_lasting
from coterie.segments.model import Condition, Matching

NUMBER, SAME, TEST = "number", "same", "test"


@dataclass(frozen=True)
class Column:
    """What is kept of each event.

    By its kind: the scaled number under a path, a code for what is the same under it, or whether
    some tests hold (1 or 0).
    """

    kind: str
    of: str = ""
    tests: tuple[Condition, ...] = ()

    @property
    def name(self) -> str:
        """Tell columns apart."""
        return f"{self.kind} {self.of}{self.tests!r}"


@dataclass(eq=False)
class Listing:
    """One list: the events of a name that pass tests that last, on items of a topic.

    ``items`` are the topic's, as they were when it was loaded; ``codes`` number the values that a
    column of what is the same has met. ``spans`` say which moments the rules in force ask about;
    no row before ``floor`` was loaded. ``postings`` is None until it is loaded.
    """

    name: str
    where: tuple[Condition, ...] = ()
    topic: str | None = None
    columns: dict[str, Column] = field(default_factory=dict)
    items: frozenset[str] = frozenset()
    codes: dict[Hashable, int] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    floor: int = LONG_AGO
    postings: Postings | None = None

    def least(self, now: int) -> int:
        """Return the earliest moment that a rule in force asks about."""
        return min((span.first(now) for span in self.spans), default=now)

    @property
    def rows(self) -> Postings:
        """Return what is listed, once it is loaded."""
        assert self.postings is not None, "a list is loaded before it is asked"
        return self.postings

    def want(self, column: Column) -> str:
        """Have a column kept of each event; return its name. What lacks it is loaded anew."""
        if column.name not in self.columns:
            self.columns[column.name] = column
            self.postings = None
        return column.name

    def code(self, value: Hashable) -> int:
        """Number a value: the same one gets the same number."""
        return self.codes.setdefault(value, len(self.codes))


def key_of(matching: Matching) -> str:
    """Tell lists apart: 1 and True are equal in Python, and mean different things in a rule."""
    return repr((matching.name, matching.where, matching.topic))


def can_be_listed(matching: Matching) -> bool:
    """Say whether what belongs to a list never changes by time alone, nor by who asks."""
    window = matching.window
    return not matching.same_key and window.since is None and all(map(is_lasting, matching.where))
