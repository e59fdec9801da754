"""The words of editing: a draft, a kept version, and what publishing a draft would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from coterie.core.errors import Invalid

FateKind = Literal["stays", "renamed", "moves", "ends", "lost"]


@dataclass(frozen=True)
class Fault:
    """One thing that keeps a draft from being published: where, what, and the cure."""

    path: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: Invalid) -> "Fault":
        """Keep what a refusal says."""
        return cls(error.path, error.reason, error.hint)

    @property
    def node(self) -> str | None:
        """The node that it is in, None when it is in none."""
        parts = self.path.split(".")
        return parts[1] if parts[0] == "nodes" and len(parts) > 1 else None


@dataclass(frozen=True)
class Draft:
    """A journey's definition while it is being changed; nobody walks it.

    ``base`` is the published version that it was begun from (0: none was), ``live`` the one in
    force now (0: none is). ``revision`` counts the saves. ``node_map`` says where people of old
    nodes are put when it is published.
    """

    slug: str
    base: int
    live: int
    revision: int
    definition: Mapping[str, Any]
    node_map: Mapping[str, str]
    begun_at: int
    changed_at: int
    changed_by: str

    @property
    def stale(self) -> bool:
        """Whether another version was published since it was begun."""
        return self.base != self.live

    @property
    def new(self) -> bool:
        """Whether the journey does not exist yet."""
        return self.live == 0


@dataclass(frozen=True)
class Version:
    """A published version as it was written, with the map of nodes it was published with."""

    slug: str
    version: int
    definition: Mapping[str, Any]
    node_map: Mapping[str, str]
    at: int
    by: str


@dataclass(frozen=True)
class Changed:
    """Something written differently: a node, or a setting of the journey."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Difference:
    """What two definitions do not share; ``renamed`` is (old node, new node)."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    changed: tuple[Changed, ...] = ()
    settings: tuple[Changed, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether they are the same."""
        return not (
            self.added or self.removed or self.renamed or self.changed or self.settings
        )  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """Where the people of one node of the present version will stand.

    ``to`` is None where the node is gone and the map says nothing (``lost``); ``suggested`` is
    then where its way led. ``fresh`` are those who come to ``to`` for the first time: there they
    are served; nobody is served again.
    """

    node: str
    people: int
    kind: FateKind
    to: str | None
    fresh: int = 0
    suggested: str | None = None


@dataclass(frozen=True)
class Shift:
    """How a changed wait changes until when its people wait.

    Of ``people``, ``longer`` and ``shorter`` counts; ``at_once`` have waited long enough already
    and go on the moment it is published. ``until`` is the latest new end, None when open.
    """

    node: str
    people: int
    longer: int = 0
    shorter: int = 0
    at_once: int = 0
    until: int | None = None


@dataclass(frozen=True)
class Preview:
    """What publishing a draft would do now.

    ``starting`` is how many people would start at once (a new journey alone starts anyone);
    ``holdout`` in hundredths of a percent. With ``faults`` or with people who would have no place
    (``lost``) it is refused.
    """

    draft: Draft
    faults: tuple[Fault, ...]
    difference: Difference
    waiting: int
    fates: tuple[Fate, ...] = ()
    shifts: tuple[Shift, ...] = ()
    starting: int = 0
    holdout: int = 0
    asked_anew: tuple[str, ...] = field(default=())

    @property
    def lost(self) -> tuple[Fate, ...]:
        """The removed nodes that still hold people whom the map puts nowhere."""
        return tuple(fate for fate in self.fates if fate.kind == "lost")

    @property
    def allowed(self) -> bool:
        """Whether it can be published."""
        return not (self.faults or self.lost or self.draft.stale)
