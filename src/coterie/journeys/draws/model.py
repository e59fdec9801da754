"""The word of draws."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Draw:
    """One run's arm of the experiment at one node; ``at`` is when it was drawn first."""

    run: int
    profile: int
    node: str
    arm: str
    at: int
    shadow: bool
