"""Between arrays of people and roaring bitmaps of them.

Of many people a bitmap is not filled one by one: it is laid out as roaring bitmaps are written
(the format's specification: github.com/RoaringBitmap/RoaringFormatSpec), from packed bits.
"""

import struct
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.segments.engine.postings import Flags, People

_COOKIE = 12_346
"""Begins a bitmap that has no containers of runs."""

_BLOCK = 65_536
"""So many neighbours lie in one container: as bits, or up to ``_SPARSE`` of them as numbers."""

_SPARSE = 4_096

_FEW = 10_000
"""Up to so many are put in one by one."""


def bitmap(people: People) -> BitMap:
    """Put people, each named any number of times, into a bitmap."""
    return BitMap(array("I", np.ascontiguousarray(people, np.uint32).tobytes()))


def chosen(people: People, flags: Flags) -> BitMap:
    """Put those of some people, given in order, into a bitmap who are flagged."""
    if np.count_nonzero(flags) <= _FEW:
        return bitmap(people[flags])
    first, last = int(people[0]), int(people[-1])
    bits = np.zeros((last // _BLOCK + 1) * _BLOCK, np.bool_)
    if last - first + 1 == len(people):
        bits[first : last + 1] = flags
    else:
        bits[people] = flags
    blocks = bits.reshape(-1, _BLOCK)
    numbers = np.count_nonzero(blocks, axis=1)
    packed = np.packbits(blocks, axis=1, bitorder="little")
    keys = np.flatnonzero(numbers)
    parts = [
        packed[key].tobytes()
        if numbers[key] > _SPARSE
        else np.flatnonzero(blocks[key]).astype("<u2").tobytes()
        for key in keys.tolist()
    ]
    header = np.stack([keys, numbers[keys] - 1], axis=1).astype("<u2").tobytes()
    start = 8 + len(header) + 4 * len(parts)
    ends = np.cumsum([start, *map(len, parts)])
    begins = ends[:-1].astype("<u4").tobytes()
    return BitMap.deserialize(
        b"".join([struct.pack("<II", _COOKIE, len(parts)), header, begins, *parts])
    )


def in_order(people: BitMap) -> People:
    """Return the people of a bitmap as an array, in order."""
    return np.frombuffer(people.to_array(), np.uint32).astype(np.int32)


def by_profile(held: NDArray[Any], people: People, missing: Any) -> NDArray[Any]:
    """Return what an array by profile holds of people, each given once and in order.

    Of those beyond its end ``missing``. Where people are a stretch, nobody between left out, it is
    a part of the array itself.
    """
    if not len(people):
        return held[:0]
    first, last = int(people[0]), int(people[-1])
    if last - first + 1 == len(people):
        return _filled(held[first : last + 1], len(people), missing)
    inside = people if last < len(held) else people[: np.searchsorted(people, len(held))]
    return _filled(held[inside], len(people), missing)


def _filled(found: NDArray[Any], size: int, missing: Any) -> NDArray[Any]:
    if len(found) == size:
        return found
    return np.concatenate([found, np.full(size - len(found), missing, found.dtype)])
