"""What somebody who has an errand at the platform must be able to do."""

from typing import Protocol

from coterie.storage.work import Work


class Errand(Protocol):
    """Something to be done at the platform, portion by portion.

    It opens its own units of work and calls the platform between them, never within one.
    """

    name: str

    def run(self, now: int) -> bool:
        """Do one portion, a second's worth at most; say whether anything was done.

        True means: ask again at once. False: nothing is to be done now.
        """
        ...

    def next_due(self, work: Work) -> int | None:
        """Return when time alone gives it something to do, or None."""
        ...
