"""Bucket keys of those who are tied at the edge of a rank, read once each and kept as numbers.

A bucket key is 32 hexadecimal digits: two numbers, in the order of its text.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from coterie.segments.engine.postings import People
from coterie.segments.engine.ranks import Keys


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
        found = read(people[~self._read[people]].tolist())
        who = np.fromiter(found, np.int32, len(found))
        halves = np.frombuffer(bytes.fromhex("".join(found.values())), ">u8")
        self._keys[who], self._read[who] = halves.reshape(-1, 2), True
        return self._keys[people]
