"""What becomes of a column when values are told anew, and how it is written down. Pure."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.profiles.published.model import Column


def told(
    before: Column, profiles: NDArray[np.int32], values: NDArray[np.float64], now: int, keeps: bool
) -> tuple[Column, NDArray[np.int32]]:
    """Return the column of what is told of everybody now, and whose value differs from before.

    ``profiles`` grow; NaN is no value. A value that is the same has been so since it was.

    >>> from coterie.profiles.published.model import nobody
    >>> people = np.array([1, 2], np.int32)
    >>> one, _ = told(nobody(), people, np.array([5.0, 6.0]), 10, True)
    >>> two, changed = told(one, people, np.array([5.0, 7.0]), 20, True)
    >>> two.since.tolist(), changed.tolist()
    ([10, 20], [2])
    """
    there = ~np.isnan(values)
    profiles, values = profiles[there], values[there]
    places, stood = find(before, profiles)
    same = stood & (_at(before.values, places) == values)
    since = np.zeros(len(profiles), np.int64)
    if keeps:
        since = np.where(same, _at(before.since, places), now)
    gone = before.profiles[~is_in(before.profiles, profiles)]
    changed = np.concatenate([profiles[~same], gone])
    return Column(profiles, values, since), changed


def find(column: Column, profiles: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return where profiles stand in a column, and whether they stand there at all."""
    places = np.searchsorted(column.profiles, profiles)
    places[places == len(column)] = 0
    if not len(column):
        return places, np.zeros(len(profiles), np.bool_)
    return places, column.profiles[places] == profiles


def is_in(some: NDArray[np.int32], profiles: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Say of each of some profiles whether it is among others that grow."""
    if not len(profiles):
        return np.zeros(len(some), np.bool_)
    places = np.searchsorted(profiles, some)
    places[places == len(profiles)] = 0
    found: NDArray[np.bool_] = profiles[places] == some
    return found


def _at(values: NDArray[Any], places: NDArray[np.intp]) -> NDArray[Any]:
    return values[places] if len(values) else np.zeros(len(places), values.dtype)


def without(column: Column, profiles: NDArray[np.int32]) -> Column:
    """Return a column without some people."""
    stay = ~np.isin(column.profiles, profiles)
    return Column(column.profiles[stay], column.values[stay], column.since[stay])


def laid_over(column: Column, fresh: Column) -> Column:
    """Return a column with what was told of a few people since; NaN takes a value away."""
    if not len(fresh):
        return column
    rest = without(column, fresh.profiles)
    stays = ~np.isnan(fresh.values)
    profiles = np.concatenate([rest.profiles, fresh.profiles[stays]])
    order = np.argsort(profiles, kind="stable")
    return Column(
        profiles[order],
        np.concatenate([rest.values, fresh.values[stays]])[order],
        np.concatenate([rest.since, fresh.since[stays]])[order],
    )


def write(column: Column) -> bytes:
    """Write a column down: differences of profiles, then byte by byte, so that it packs well."""
    steps = np.diff(column.profiles, prepend=np.int32(0)).astype(np.int32)
    has_since = bool(column.since.any())
    parts: list[NDArray[Any]] = [steps, column.values]
    if has_since:
        parts.append(column.since)
    planes = b"".join(_planes(part) for part in parts)
    head = np.array([len(column), has_since], np.int64).tobytes()
    return zlib.compress(head + planes, 1)


def read(data: bytes) -> Column:
    """Read a column back."""
    plain = zlib.decompress(data)
    count, has_since = np.frombuffer(plain, np.int64, 2).tolist()
    steps, values = _unplaned(plain, 16, count, np.int32), _unplaned(
        plain, 16 + 4 * count, count, np.float64
    )  # fmt: skip
    since = np.zeros(count, np.int64)
    if has_since:
        since = _unplaned(plain, 16 + 12 * count, count, np.int64)
    return Column(np.cumsum(steps, dtype=np.int32), values, since)


def _planes(values: NDArray[Any]) -> bytes:
    """Lay the first bytes of all values side by side, then the second ones ..."""
    lain = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.itemsize)
    return np.ascontiguousarray(lain.T).tobytes()


def _unplaned(plain: bytes, start: int, count: int, kind: type[Any]) -> NDArray[Any]:
    width = np.dtype(kind).itemsize
    lain = np.frombuffer(plain, np.uint8, width * count, start).reshape(width, count)
    values: NDArray[Any] = np.ascontiguousarray(lain.T).view(kind).reshape(count)
    return values
