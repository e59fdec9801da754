"""Identities that have carried events, kept in memory: known again without asking the database.

What is kept is never wrong. An identity that carried an event has a profile of its own for ever,
whoever leads that; only an erasure takes it away, and then the profile is among the erased, whom
the stamp of who leads whom (``heads``) tells to every process. When it was seen only widens: what
is kept of that may lag behind what others wrote, so it is written where it is not there already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

_ROW = np.dtype(
    [("check", np.uint64), ("id", np.int32), ("profile", np.int32), ("first", np.int64),
     ("last", np.int64)]
)  # fmt: skip

Keys = NDArray[np.uint64]
Rows = NDArray[np.void]

Met = tuple[str, int, int, int, int]
"""An identity that owns its profile: (digest, identity, profile, first seen, last seen)."""


@dataclass(frozen=True)
class _Shelf:
    """Rows by the first half of their digest's beginning, sorted; ``check`` is the other half."""

    keys: Keys
    rows: Rows

    def places(self, keys: Keys, checks: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return where these digests are, and of which that is true."""
        if not len(self.keys):
            return np.zeros(len(keys), np.intp), np.zeros(len(keys), np.bool_)
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        return places, (self.keys[places] == keys) & (self.rows["check"][places] == checks)

    def joined(self, other: "_Shelf") -> "_Shelf":
        """Return the rows of both."""
        places = np.searchsorted(self.keys, other.keys)
        return _Shelf(
            np.insert(self.keys, places, other.keys), np.insert(self.rows, places, other.rows)
        )


_EMPTY = _Shelf(np.empty(0, np.uint64), np.empty(0, _ROW))


class Carriers:
    """Some 48 bytes for each identity; safe to be asked and told by several threads.

    With more than ``most`` all are forgotten, and learnt again as they come. ``few`` are sorted in
    apart, before they are sorted in with all.
    """

    def __init__(self, most: int = 4_000_000, few: int = 32_768) -> None:
        self._most, self._few = most, few
        self._lock = Lock()
        self._shelves = (_EMPTY, _EMPTY)

    def find(self, digests: Sequence[str], erased: BitMap) -> Rows:
        """Return what is known of identities, a row for each; ``profile`` is 0 of the others."""
        keys, checks = _halves(digests)
        found = np.zeros(len(digests), _ROW)
        with self._lock:
            for shelf in self._shelves:
                places, there = shelf.places(keys, checks)
                found[there] = shelf.rows[places[there]]
        if erased:
            gone = BitMap(found["profile"]) & erased
            if gone:
                found["profile"][np.isin(found["profile"], np.array(gone, np.int32))] = 0
        return found

    def learn(self, met: Sequence[Met]) -> None:
        """Keep identities that own their profiles, once what is said of them is committed."""
        if not met:
            return
        digests, *columns = zip(*met, strict=True)
        keys, checks = _halves(digests)
        rows = np.empty(len(met), _ROW)
        rows["check"] = checks
        for name, values in zip(("id", "profile", "first", "last"), columns, strict=True):
            rows[name] = values
        with self._lock:
            new = np.ones(len(rows), np.bool_)
            for shelf in self._shelves:
                places, there = shelf.places(keys, checks)
                shelf.rows[places[there]] = rows[there]
                new &= ~there
            self._add(keys[new], rows[new])

    def _add(self, keys: Keys, rows: Rows) -> None:
        keys, firsts = np.unique(keys, return_index=True)
        large, small = self._shelves
        # of two digests that begin alike the one that is there stays
        alike = np.isin(keys, small.keys) | np.isin(keys, large.keys)
        small = small.joined(_Shelf(keys[~alike], rows[firsts[~alike]]))
        if len(small.keys) > self._few:
            large, small = large.joined(small), _EMPTY
        self._shelves = (_EMPTY, _EMPTY) if len(large.keys) > self._most else (large, small)

    def see(self, digests: Sequence[str], times: NDArray[np.int64]) -> None:
        """Keep that known identities were seen later, once that is committed."""
        keys, checks = _halves(digests)
        with self._lock:
            for shelf in self._shelves:
                places, there = shelf.places(keys, checks)
                np.maximum.at(shelf.rows["last"], places[there], times[there])


def _halves(digests: Sequence[str]) -> tuple[Keys, Keys]:
    """Read the first 128 bits of digests: none of millions is another's."""
    words = np.frombuffer(bytes.fromhex("".join(digests)), np.uint64).reshape(len(digests), 4)
    return words[:, 0].copy(), words[:, 1]
