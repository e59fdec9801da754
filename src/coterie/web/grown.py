"""What the web asks of the rooms that a campaign grows on."""

from typing import Protocol


class Grown(Protocol):
    """Those rooms of one house, as the composition root hands them over."""
