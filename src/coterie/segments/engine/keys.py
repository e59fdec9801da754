"""Bucket keys of those who are tied at the edge of a rank, read once each and kept as numbers."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from coterie.segments.engine.postings import People
from coterie.segments.engine.ranks import Keys

_HALF = 16
"""A bucket key is 32 hexadecimal digits: two numbers in the order of its text."""


class BucketKeys:
    """Bucket keys by profile, filled as they are asked for."""

    def __init__(self) -> None:
        self._keys: Keys = np.zeros((0, 2), np.uint64)
        self._read = np.zeros(0, np.bool_)

    def of(self, people: People, read: Callable[[Sequence[int]], Mapping[int, str]]) -> Keys:
        """Return the keys of people; ``read`` tells those not known yet."""
        size = int(people.max(initial=-1)) + 1
        if size > len(self._read):
            more = size + size // 4 - len(self._read)
            self._keys = np.concatenate([self._keys, np.zeros((more, 2), np.uint64)])
            self._read = np.concatenate([self._read, np.zeros(more, np.bool_)])
        for profile, key in read(people[~self._read[people]].tolist()).items():
            self._keys[profile] = int(key[:_HALF], 16), int(key[_HALF:], 16)
            self._read[profile] = True
        return self._keys[people]
