"""How many requests are under way at once: fewer when WeCom is crowded, slowly more again."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Gate:
    """Lets at most so many through at once; thread-safe.

    Halved when WeCom says 45033, and one more for every full round that went well, as TCP does.
    """

    def __init__(self, most: int) -> None:
        self._most = self._limit = most
        self._inside = self._went_well = 0
        self._changed = Condition()

    @property
    def limit(self) -> int:
        """How many may be inside now."""
        return self._limit

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Wait for room, and hold it for the block."""
        with self._changed:
            self._changed.wait_for(lambda: self._inside < self._limit)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()

    def lower(self) -> None:
        """Let half as many through, one at least."""
        with self._changed:
            self._limit, self._went_well = max(1, self._limit // 2), 0

    def ease(self) -> None:
        """Note that one went well; after a full round of them let one more through."""
        with self._changed:
            if self._limit == self._most:
                return
            self._went_well += 1
            if self._went_well >= self._limit:
                self._limit, self._went_well = self._limit + 1, 0
                self._changed.notify()
