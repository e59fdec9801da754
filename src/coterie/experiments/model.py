"""The words of experiments."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A range of a proportion or of a difference of two, both ends included."""

    low: float
    high: float
