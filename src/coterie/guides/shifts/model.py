"""The words of shifts. Moments are milliseconds UTC."""

from dataclasses import dataclass
from typing import Literal

from coterie.core.clock import HOUR

LONGEST = 14 * HOUR
"""After so long a shift is over, whether somebody said so or not."""

End = Literal["left", "handed", "forgotten"]


@dataclass(frozen=True)
class Shift:
    """One guide at one store; ``ended`` is None while she is there.

    ``by`` is how it ended, ``next`` who took the phone over.
    """

    id: int
    guide: str
    store: str
    began: int
    ended: int | None = None
    by: End | None = None
    next: str | None = None
