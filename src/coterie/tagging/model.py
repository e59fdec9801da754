"""Rules that carry a tag, edits of many people at once, and the report on a brand's tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

ROOM = "tagging"

Likeness = Literal["title", "name", "people"]


@dataclass(frozen=True)
class Binding:
    """A tag that says who is in a segment: whoever is in carries it, nobody else.

    ``told`` counts the facts that it gave rise to: with ``id`` it makes an id for each.
    """

    tag: str
    id: str
    segment: str
    bound_at: int
    bound_by: str
    told: int = 0


@dataclass(frozen=True)
class Edit:
    """A tag put on people, or taken off them, by one hand at one moment.

    ``people`` counts those for whom that changed something; ``segment`` says whose people they
    were, if they were chosen so. ``undone`` is when it was taken back.
    """

    id: str
    tag: str
    put: bool
    segment: str | None
    people: int
    at: int
    by: str
    undone: int | None = None


@dataclass(frozen=True)
class Change:
    """What one person carried before an edit: the tag itself, its group's, or none of them."""

    profile: int
    former: str | None
    until: int | None


@dataclass(frozen=True)
class Usage:
    """How much a tag is used: who carries it, when it was last told, and what asks for it."""

    name: str
    people: int
    last_told: int | None
    uses: int
    is_defined: bool


@dataclass(frozen=True)
class Twins:
    """Two tags that may mean the same, and by what; ``share`` of all their people carry both."""

    one: str
    other: str
    by: tuple[Likeness, ...]
    share: float


@dataclass(frozen=True)
class Report:
    """What the brand makes of its tags. ``covered`` counts, by group, who carries one of it."""

    everybody: int
    tagged: int
    covered: Mapping[str, int] = field(default_factory=dict)
    usages: Mapping[str, Usage] = field(default_factory=dict)
    twins: Sequence[Twins] = ()
    unused: Sequence[str] = ()


@dataclass(frozen=True)
class Precision:
    """How a tag compares with a truth known from elsewhere: who carries it, and who should."""

    carrying: int
    true: int
    both: int

    @property
    def precision(self) -> float:
        """The share of those carrying it who should; 1 when nobody carries it."""
        return self.both / self.carrying if self.carrying else 1.0

    @property
    def recall(self) -> float:
        """The share of those who should who carry it; 1 when nobody should."""
        return self.both / self.true if self.true else 1.0
