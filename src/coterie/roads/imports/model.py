"""The words of imports: one import, what its check found, a row that stayed out."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from coterie.core.errors import Conflict
from coterie.roads.imports.plan import Plan
from coterie.roads.mapping import Fault

State = Literal[
    "uploaded", "mapped", "checking", "checked", "running", "done", "failed", "cancelled"
]  # fmt: skip
BUSY: tuple[State, ...] = ("checking", "running")
"""States in which the road has work with an import."""

MAY_FOLLOW: Mapping[State, tuple[State, ...]] = {
    "uploaded": ("mapped", "cancelled"),
    "mapped": ("mapped", "checking", "cancelled"),
    "checking": ("checked", "mapped", "failed", "cancelled"),
    "checked": ("mapped", "running", "cancelled"),
    "running": ("done", "failed", "cancelled"),
    "done": ("running",),
    "failed": ("mapped", "checking", "running", "cancelled"),
    "cancelled": ("running",),
}
"""What may become of an import; ``failed`` and ``cancelled`` ones go on where they stopped."""


class Checked(msgspec.Struct, frozen=True):
    """What a dry run found: good rows, rows that stay out, new and known people or items.

    ``repeats`` are good rows with the message id (or key) of an earlier one: they count once, or
    the last one counts.
    """

    good: int = 0
    rejected: int = 0
    new: int = 0
    known: int = 0
    repeats: int = 0


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One file on its way in. Moments are ms UTC; rows are counted without the header.

    ``read`` of ``total`` rows have been looked at in the present state. ``accepted`` rows went in,
    ``fresh`` of them were not there before; ``people`` (of an import of items: items) are new by
    it. ``rejected`` rows stay out, ``mended`` ones of them are corrected and wait to be sent.
    """

    id: str
    name: str
    state: State
    size: int
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    total: int
    by: str
    created: int
    changed: int
    started: int | None = None
    finished: int | None = None
    plan: Plan | None = None
    checked: Checked | None = None
    read: int = 0
    accepted: int = 0
    fresh: int = 0
    people: int = 0
    rejected: int = 0
    mended: int = 0
    failure: str = ""

    @property
    def is_busy(self) -> bool:
        """Whether the road works on it."""
        return self.state in BUSY

    def require_plan(self) -> Plan:
        """Return the plan; raises Conflict before there is one."""
        if self.plan is None:
            raise Conflict(f"{self.name}: say first what its columns become")
        return self.plan


class Rejection(msgspec.Struct, frozen=True):
    """A row that stayed out: its values as they are now, and everything that is wrong with it.

    Without faults it is mended and goes in with the next sending; ``settled`` is when it did.
    """

    row: int
    values: dict[str, Any]
    faults: tuple[Fault, ...]
    settled: int | None = None


class Group(msgspec.Struct, frozen=True):
    """How many rows stay out for one reason in one column."""

    why: str
    column: str
    rows: int


def check_step(present: Import, following: State) -> None:
    """Raise Conflict when an import cannot go from its state to another."""
    if following not in MAY_FOLLOW[present.state]:
        raise Conflict(f"{present.name} is {present.state}: it cannot become {following} now")
