"""Which message ids a bulk has brought: digests in sorted files that never change.

An index in the database takes 40 bytes and several microseconds an id. Sorted, they take 10 and
are looked up a million at a time: of a digest 80 bits are kept, so that among a hundred million
ids the chance that any two are taken for one is 4 in a billion. Files of one moment are put
together as they grow, so that few need to be asked (the log-structured merge-tree: O'Neil et al.,
Acta Informatica 1996).
"""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 2**24
"""Digests in a file from which on it is put together with no other."""

Words = NDArray[np.uint64]

_KEPT = 48
"""Bits of the second half that a file leaves out."""


@dataclass(frozen=True)
class Digests:
    """Digests of 16 bytes as two arrays of one length: their first and their last eight bytes.

    Of those in files ``low`` holds the two bytes that follow the first eight.
    """

    high: Words
    low: NDArray[np.unsignedinteger[Any]]

    @classmethod
    def of(cls, digests: Collection[bytes]) -> "Digests":
        """Read digests as they are elsewhere."""
        words = np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64).reshape(-1, 2)
        return cls(words[:, 0].copy(), words[:, 1].copy())

    def __len__(self) -> int:
        return len(self.high)

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Digests":
        """Return some of them."""
        return Digests(self.high[which], self.low[which])

    def as_bytes(self) -> list[bytes]:
        """Return them as they are elsewhere."""
        words = np.stack((self.high, self.low), axis=1).astype(">u8").tobytes()
        return [words[start : start + 16] for start in range(0, len(words), 16)]

    def first_of_each(self) -> NDArray[np.bool_]:
        """Say of each whether none before it is equal."""
        first = np.ones(len(self), dtype=bool)
        ordered = np.sort(self.high)
        if (ordered[1:] == ordered[:-1]).any():
            order = np.lexsort((self.low, self.high))  # stable: of equals the first stays first
            high, low = self.high[order], self.low[order]
            first[order[1:][(high[1:] == high[:-1]) & (low[1:] == low[:-1])]] = False
        return first

    def shortened(self) -> "Digests":
        """Return them as files hold them."""
        return Digests(self.high, (self.low >> np.uint64(_KEPT)).astype(np.uint16))

    def sorted(self) -> "Digests":
        """Return them in order."""
        found = self.take(np.argsort(self.high))
        if (found.high[1:] == found.high[:-1]).any():
            return self.take(np.lexsort((self.low, self.high)))
        return found


def joined(parts: Iterable[Digests]) -> Digests:
    """Put digests one after the other."""
    held = list(parts)
    return Digests(
        np.concatenate([part.high for part in held]), np.concatenate([part.low for part in held])
    )


class SeenFiles:
    """The files of one folder, each the sorted first halves and then what is kept of the last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, file: str, digests: Digests) -> None:
        """Write shortened digests, in order, safe on the disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        in_order = digests.sorted()
        with self._path(file).open("wb") as out:
            in_order.high.astype("<u8", copy=False).tofile(out)
            in_order.low.astype("<u2", copy=False).tofile(out)
            out.flush()
            os.fsync(out.fileno())
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self, file: str) -> Digests:
        """Return a file's digests, in order, as they lie on the disk."""
        path = self._path(file)
        held = path.stat().st_size // 10
        return Digests(
            np.memmap(path, dtype="<u8", mode="r", shape=(held,)),
            np.memmap(path, dtype="<u2", mode="r", offset=8 * held, shape=(held,)),
        )

    def delete(self, files: Collection[str]) -> None:
        """Delete files."""
        for file in files:
            self._path(file).unlink(missing_ok=True)

    def known(self, files: Sequence[str], digests: Digests) -> NDArray[np.bool_]:
        """Say of each digest whether one of the files holds it."""
        found = np.zeros(len(digests), dtype=bool)
        if not files or not len(digests):
            return found
        order = np.argsort(digests.high)  # in order, a file is walked through once
        asked = digests.shortened().take(order)
        for file in files:
            found[order] |= _among(self.read(file), asked)
        return found

    def _path(self, file: str) -> Path:
        return self._folder / f"{file}.ids"


def _among(held: Digests, asked: Digests) -> NDArray[np.bool_]:
    place = np.searchsorted(held.high, asked.high)
    inside = np.minimum(place, len(held) - 1)
    same = held.high[inside] == asked.high
    found: NDArray[np.bool_] = same & (held.low[inside] == asked.low)
    for one in np.flatnonzero(same & ~found):  # digests whose first halves are equal
        end = np.searchsorted(held.high, asked.high[one], side="right")
        found[one] = bool((held.low[place[one] : end] == asked.low[one]).any())
    return found
