"""Answers kept while they are true: known by what they were read under, never by when alone."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

T = TypeVar("T")


class Kept:
    """The latest ``most`` answers, each under a key that changes when the answer may.

    >>> kept = Kept(most=1)
    >>> kept.get("a", lambda: 1), kept.get("a", lambda: 2), kept.get("b", lambda: 3)
    (1, 1, 3)
    >>> kept.get("a", lambda: 4)
    4
    """

    def __init__(self, most: int = 32) -> None:
        self._most = most
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the answer of a key, made now if it is not kept."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return cast(T, self._answers[key])
        made = make()
        with self._lock:
            self._answers[key] = made
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return made
