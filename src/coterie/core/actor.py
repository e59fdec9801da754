"""Who acts: every face of every room is told, and the audit keeps it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "key", "journey", "clock", "command"]


@dataclass(frozen=True)
class Actor:
    """A person at the console, a write key, a journey, the clock, or a command line."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        """Write it as the audit does: ``person:ada``."""
        return f"{self.kind}:{self.name}"


CLOCK = Actor("clock", "road")
COMMAND = Actor("command", "coterie")
