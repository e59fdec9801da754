"""A clock that stands still until it is told to move."""

from coterie.core.errors import Invalid


class FakeClock:
    """Tells the time it was given, in milliseconds UTC."""

    def __init__(self, moment: int) -> None:
        self._moment = moment

    def now(self) -> int:
        """Return the moment it stands at."""
        return self._moment

    def set(self, moment: int) -> None:
        """Move forward to a moment; raises Invalid when that is in the past."""
        if moment < self._moment:
            raise Invalid("a clock moves forward only", hint="open a new house at an earlier time")
        self._moment = moment
