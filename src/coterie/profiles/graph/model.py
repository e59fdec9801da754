"""Identities as a batch meets them, the links between them, and what is told of merges."""

from dataclasses import dataclass
from typing import Literal

from coterie.core.clock import MINUTE

GRAIN = 15 * MINUTE
"""To so much is it kept when somebody was seen last: who comes again and again is written once."""

How = Literal["seen", "alias", "operator", "claim"]
"""What a link rests on. All but what was merely seen join always."""

STRONG = ("alias", "operator", "claim")

LinkKey = tuple[int, int, str]
"""A link's two identities by number, and how."""


def begun(time: int) -> int:
    """Return when the grain of a moment began."""
    return time - time % GRAIN


@dataclass(slots=True)
class Node:
    """One identity. ``profile`` is its own if it ``owns`` it, else that of its first carrier.

    ``person`` is the head that it leads to, None when it leads to nobody. ``shared`` says why it
    joins nobody, None when it may. ``last_seen`` is the beginning of the ``GRAIN`` in which it was
    seen last, or ``first_seen`` if that is later: the same in whatever order it was seen.
    """

    id: int
    kind: str
    value: str
    digest: str
    profile: int
    owns: bool
    person: int | None
    shared: str | None
    source: str
    first_seen: int
    last_seen: int
    is_new: bool = False
    is_promoted: bool = False
    is_earlier: bool = False
    is_later: bool = False

    def see(self, time: int) -> None:
        """Have it seen at a moment."""
        if time < self.first_seen:
            self.first_seen, self.is_earlier = time, True
            self.last_seen = max(begun(self.last_seen), time)
        elif begun(time) > self.last_seen:
            self.last_seen, self.is_later = begun(time), True


@dataclass(frozen=True, slots=True)
class Link:
    """Two identities that were named together: the carrier and the other."""

    identity: int
    other: int
    how: str
    time: int
    message_id: str
    source: str
    void: bool = False

    @property
    def key(self) -> LinkKey:
        """Return what makes it one."""
        return self.identity, self.other, self.how


@dataclass(frozen=True)
class Evidence:
    """One link that joined two people: what was named together, how, when and by which message."""

    one: tuple[str, str]
    other: tuple[str, str]
    how: str
    time: int
    message_id: str
    source: str


@dataclass(frozen=True)
class Merge:
    """A profile that came to be led by another, and the evidence; ``undone`` when it parted again.

    ``contaminated`` says that the two were in different buckets: for experiments that ran between
    ``at`` and ``undone`` (None: still) they were one person in two arms.
    """

    id: int
    at: int
    profile: int
    head: int
    how: str
    actor: str
    evidence: tuple[Evidence, ...]
    bucket_key: str
    head_bucket_key: str
    contaminated: bool
    undone: int | None
    undone_by: str | None


@dataclass(frozen=True)
class Review:
    """A doubtful identity that waits for an operator's word.

    ``why``: ``limit`` (more than one of a kind was seen with it), ``bridge`` (it alone would join
    two people), ``again`` (a link that an operator took apart was said again). ``heads`` are the
    people concerned. ``together`` is the decision, None while it is open.
    """

    id: int
    kind: str
    value: str
    why: str
    heads: tuple[int, ...]
    opened: int
    together: bool | None
    decided: int | None
    decided_by: str | None
