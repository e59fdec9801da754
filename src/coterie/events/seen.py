"""Message ids that were seen: their digests, in sorted runs that never change.

An index in the database takes 40 bytes, several microseconds and a page of its own an id. Sorted
in runs, ids take 9 bytes, 17 with the moment of each, and thousands are looked up at once: of a
digest 72 bits are kept, so that among a hundred million ids the chance that any two are taken for
one is 1 in a million. Runs are put together as they grow, so that few need to be asked (the
log-structured merge-tree: O'Neil et al., Acta Informatica 1996).
"""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST = 2**24
"""Digests in a file from which on it is put together with no other."""

Words = NDArray[np.uint64]

LEFT_OUT = 56
"""Bits of the second half that a run leaves out."""

_DIGEST, _MOMENT = 9, 8
"""Bytes of a shortened digest, and of a moment."""

_LONGER = 10
"""Bytes of a digest in files that were written when one byte more was kept."""


@dataclass(frozen=True)
class Digests:
    """Digests of 16 bytes as two arrays of one length: their first and their last eight bytes.

    Of those in runs ``low`` holds the byte that follows the first eight.
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

    def first_of_each(self) -> NDArray[np.bool_]:
        """Say of each whether none before it is equal."""
        first = np.ones(len(self), dtype=bool)
        ordered = np.sort(self.high)
        if (ordered[1:] == ordered[:-1]).any():
            order = np.lexsort((self.low, self.high))  # stable: of equals the first stays first
            high, low = self.high[order], self.low[order]
            first[order[1:][(high[1:] == high[:-1]) & (low[1:] == low[:-1])]] = False
        return first

    def cut(self) -> "Digests":
        """Return them without what runs leave out, to be told from others of these."""
        kept = np.uint64(LEFT_OUT)
        return Digests(self.high, self.low >> kept << kept)

    def shortened(self) -> "Digests":
        """Return them as runs hold them."""
        return Digests(self.high, (self.low >> np.uint64(LEFT_OUT)).astype(np.uint8))

    def sorted(self) -> "Digests":
        """Return them in order."""
        found = self.take(np.argsort(self.high))
        if (found.high[1:] == found.high[:-1]).any():
            return self.take(np.lexsort((self.low, self.high)))
        return found


NEVER = -(2**62)
"""The moment at which what was not seen was seen."""


@dataclass(frozen=True)
class Run:
    """Shortened digests in order, each once, and the moment at which each was seen last."""

    digests: Digests
    at: NDArray[np.int64]

    @classmethod
    def of(cls, digests: Digests, at: int) -> "Run":
        """Return shortened digests that were all seen at one moment."""
        return cls(digests.sorted(), np.broadcast_to(np.int64(at), len(digests)))

    def __len__(self) -> int:
        return len(self.at)

    def seen(self, asked: Digests) -> NDArray[np.int64]:
        """Return when each of these digests was seen; in order, a run is walked through once."""
        if not len(self):
            return np.full(len(asked), NEVER)
        held = self.digests
        place = np.searchsorted(held.high, asked.high)
        inside = np.minimum(place, len(self) - 1)
        same = held.high[inside] == asked.high
        for one in np.flatnonzero(same & (held.low[inside] != asked.low)):  # first halves are equal
            end = np.searchsorted(held.high, asked.high[one], side="right")
            hits = np.flatnonzero(held.low[place[one] : end] == asked.low[one])
            same[one] = len(hits) > 0
            inside[one] = place[one] + (hits[0] if len(hits) else 0)
        return np.where(same, self.at[inside], NEVER)

    def packed(self) -> bytes:
        """Return it as bytes: the first halves, what is kept of the last, the moments."""
        return b"".join(part.tobytes() for part in _laid(self))

    @classmethod
    def unpacked(cls, body: bytes) -> "Run":
        """Read what ``packed`` wrote."""
        held = len(body) // (_DIGEST + _MOMENT)
        return cls(
            Digests(
                np.frombuffer(body, "<u8", held), np.frombuffer(body, "u1", held, offset=8 * held)
            ),
            np.frombuffer(body, "<i8", held, offset=_DIGEST * held),
        )


def merged(runs: Iterable[Run], expired: int = NEVER) -> Run:
    """Put runs together, without what was seen at ``expired`` or before."""
    held = list(runs)
    high = np.concatenate([run.digests.high for run in held])
    low = np.concatenate([run.digests.low for run in held])
    at = np.concatenate([run.at for run in held])
    order = np.argsort(high, kind="stable")  # in no time, of what lies in order run by run
    ordered = high[order]
    wanted = np.ones(len(order), dtype=bool)
    if (ordered[1:] == ordered[:-1]).any():
        order = np.lexsort((at, low, high))  # of equals the one seen last is the last
        again = (high[order][1:] == high[order][:-1]) & (low[order][1:] == low[order][:-1])
        wanted[:-1] = ~again
    if expired > NEVER:
        wanted &= at[order] > expired
    order = order[wanted]
    return Run(Digests(high[order], low[order]), at[order])


class SeenFile(NamedTuple):
    """A file of digests: the moments between which they were seen, and how many they are.

    If that was one moment, the file does not hold it once for each.
    """

    file: str
    first: int
    at: int
    ids: int


class SeenFiles:
    """The files of one folder, each a run as ``packed`` writes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, file: str, run: Run) -> SeenFile:
        """Write a run, safe on the disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        row = SeenFile(file, int(run.at.min()), int(run.at.max()), len(run))
        high, low, at = _laid(run)
        with self._path(file).open("wb") as out:
            for part in (high, low) if row.first == row.at else (high, low, at):
                part.tofile(out)
            out.flush()
            os.fsync(out.fileno())
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return row

    def read(self, row: SeenFile) -> Run:
        """Return a file's run, as it lies on the disk."""
        path, held = self._path(row.file), row.ids
        high = np.memmap(path, "<u8", "r", shape=(held,))
        if path.stat().st_size == _LONGER * held:
            longer = np.memmap(path, "<u2", "r", offset=8 * held, shape=(held,))
            low = (longer >> 8).astype(np.uint8)
        else:
            low = np.memmap(path, "u1", "r", offset=8 * held, shape=(held,))
        if row.first == row.at:
            return Run(Digests(high, low), np.broadcast_to(np.int64(row.at), held))
        at = np.memmap(path, "<i8", "r", offset=_DIGEST * held, shape=(held,))
        return Run(Digests(high, low), at)

    def delete(self, files: Collection[str]) -> None:
        """Delete files."""
        for file in files:
            self._path(file).unlink(missing_ok=True)

    def _path(self, file: str) -> Path:
        return self._folder / f"{file}.ids"


def _laid(run: Run) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    return (
        run.digests.high.astype("<u8", copy=False),
        run.digests.low.astype("u1", copy=False),
        run.at.astype("<i8", copy=False),
    )
