"""The words of a reconcile: it goes stage by stage, each in portions that can be taken up again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Stage = Literal["staff", "tags", "people", "list", "chats"]
STAGES: tuple[Stage, ...] = ("staff", "tags", "people", "list", "chats")
"""``list`` finds the groups, ``chats`` reads them."""
State = Literal["running", "done", "partly", "stopped"]
"""``partly``: it came to its end, and some portions of it failed."""
Why = Literal["first", "daily", "asked"]


@dataclass(frozen=True)
class Sync:
    """One reconcile. ``healed`` counts what nobody had told, by what it was."""

    id: int
    why: Why
    by: str
    state: State
    started: int
    finished: int | None = None
    healed: Mapping[str, int] = field(default_factory=dict)

    @property
    def differences(self) -> int:
        """How much the mirror differed from what it reflects."""
        return sum(self.healed.values())


@dataclass(frozen=True)
class Portion:
    """A part of a stage: which members or groups, how far it is, how often it was tried."""

    sync: int
    number: int
    stage: Stage
    subject: Sequence[str]
    cursor: str = ""
    state: Literal["waiting", "done", "failed"] = "waiting"
    items: int = 0
    tries: int = 0
    due: int = 0
    error: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a stage is: portions, those that are over, and what was read by them."""

    stage: Stage
    portions: int
    over: int
    failed: int
    items: int


@dataclass(frozen=True)
class Trouble:
    """Why portions failed, and how many of them."""

    stage: Stage
    reason: str
    portions: int
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """A reconcile with all that is to be told of it."""

    sync: Sync
    progress: tuple[Progress, ...]
    troubles: tuple[Trouble, ...]

    @property
    def share(self) -> float:
        """How much of what is known to be read is read, from 0 to 1."""
        portions = sum(one.portions for one in self.progress)
        return sum(one.over for one in self.progress) / portions if portions else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return it for a program to read."""
        return {
            **vars(self.sync),
            "healed": dict(self.sync.healed),
            "progress": [vars(one) for one in self.progress],
            "troubles": [vars(one) for one in self.troubles],
        }
