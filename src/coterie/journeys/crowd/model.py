"""The words of looking at a journey's people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from coterie.journeys.model import Cause, Counts, Run

Began = Literal["event", "move", "present", "again"]
"""What starts a run: an event, entering the segment, being in it, or a run's end."""


@dataclass(frozen=True)
class Flow:
    """A journey in numbers for its graph: ``counts``, and how many runs came to each node.

    ``shadows`` are the held out among those who wait, by node.
    """

    counts: Counts
    passed: Mapping[str, int] = field(default_factory=dict)
    shadows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """Someone who has come to a node and stands there, as the end of a wait depends on it."""

    profile: int
    entered: int
    arrived: int
    due: int | None
    cause: Cause | None


@dataclass(frozen=True)
class Step:
    """A node that a run came to, and when last."""

    node: str
    at: int


@dataclass(frozen=True)
class Standing:
    """Why somebody stands where she stands: what began her run, and what was decided last.

    ``since`` is when she came here, None while she stands before it (a pause, a rest). ``last``
    is the step before this one and ``way`` the way it took from there (``yes``, ``then``,
    ``branches[0].then``), None where it took none or the version has changed.
    """

    run: Run
    began: Began
    since: int | None
    until: int | None
    last: Step | None
    way: str | None


@dataclass(frozen=True)
class Page:
    """Some of those who stand at a node, the newest run first.

    ``before`` is what the next page is asked with, None on the last one.
    """

    people: tuple[Standing, ...]
    total: int
    before: int | None
