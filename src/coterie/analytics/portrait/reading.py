"""From columns to who is in which cell. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.analytics.portrait.bands import edges
from coterie.analytics.portrait.model import (
    BASKET,
    DAYS,
    HOURS,
    NONE,
    OTHER,
    SOURCES,
    SPENT,
    STORES,
    Read,
)
from coterie.analytics.portrait.store import Columns, Raw

DAY_BANDS = ((1, 1), (2, 3), (4, 7), (8, 15), (16, None))
"""On how many days of the last 90 somebody did anything: from, and up to."""

_MOST_VALUES = 12
"""So many values of a trait are told one by one."""


def day_key(low: int, high: int | None) -> str:
    """Name a band of days.

    >>> day_key(1, 1), day_key(2, 3), day_key(16, None)
    ('1', '2-3', '16-')
    """
    return str(low) if low == high else f"{low}-{high or ''}"


def money_edges(raw: Raw) -> dict[str, tuple[int, ...]]:
    """Choose the bands of money by what these people spend."""
    return {
        name: edges([int(one) for one in raw.orders[name] if one > 0]) for name in (SPENT, BASKET)
    }


def of_log(raw: Raw, people: BitMap, cuts: Mapping[str, Sequence[int]]) -> dict[str, Read]:
    """Put what was read of the log into cells."""
    number = raw.days["days"]
    days = {
        day_key(low, high): _people(raw.days, (number >= low) & (number <= (high or 10**6)))
        for low, high in DAY_BANDS
    }
    found = {
        HOURS: Read(False, {str(hour): _people(raw.hours, raw.hours["hour"] == hour)
                            for hour in range(24)}),
        DAYS: Read(True, with_none(days, people)),
        SOURCES: Read(False, _named(raw.sources)),
        STORES: Read(False, _named(raw.stores)),
    }  # fmt: skip
    for name in (one for one in (SPENT, BASKET) if cuts[one]):
        bands = np.searchsorted(np.array(cuts[name], np.int64), raw.orders[name], side="right")
        banded = {str(n): _people(raw.orders, bands == n) for n in range(len(cuts[name]) + 1)}
        found[name] = Read(True, with_none(banded, people))
    return found


def of_levels(rows: Iterable[tuple[str, int, float]], prefix: str) -> Read:
    """Put (name, profile, value) of scores into a cell a name, each with its values."""
    profiles: dict[str, list[int]] = {}
    values: dict[str, list[float]] = {}
    for name, profile, value in rows:
        key = name.removeprefix(prefix)
        profiles.setdefault(key, []).append(profile)
        values.setdefault(key, []).append(value)
    return Read(
        False,
        {key: BitMap(found) for key, found in profiles.items()},
        {key: _sorted(found, values[key]) for key, found in profiles.items()},
    )


def of_values(
    values: Mapping[int, Any], people: BitMap, told: Collection[str] | None = None
) -> Read:
    """Put the values of a trait into cells: those ``told``, the others, and none.

    Without ``told`` the most frequent ones are.
    """
    by_value: dict[str, list[int]] = {}
    for profile, value in values.items():
        if value not in (None, ""):
            by_value.setdefault(msgspec.json.encode(value).decode(), []).append(profile)
    if told is None:
        often = Counter({key: len(found) for key, found in by_value.items()})
        told = sorted(often, key=lambda key: (-often[key], key))[:_MOST_VALUES]
    cells = {key: BitMap(by_value.get(key, ())) for key in told if key not in (NONE, OTHER)}
    rest = BitMap(one for key, found in by_value.items() if key not in cells for one in found)
    return Read(True, with_none({**cells, **({OTHER: rest} if rest else {})}, people))


def with_none(cells: Mapping[str, BitMap], people: BitMap) -> dict[str, BitMap]:
    """Add the cell of those who are in none."""
    return {**cells, NONE: people - BitMap().union(*cells.values())}


def mean(measures: tuple[NDArray[Any], NDArray[Any]], people: BitMap) -> float:
    """Average the values of those people who have one."""
    profiles, values = measures
    values = values[np.isin(profiles, np.array(people.to_array(), np.uint32))]
    return float(values.mean()) if len(values) else 0.0


def _sorted(profiles: list[int], values: list[float]) -> tuple[NDArray[Any], NDArray[Any]]:
    return np.array(profiles, np.uint32), np.array(values, np.float64)


def _people(columns: Columns, chosen: NDArray[Any]) -> BitMap:
    return BitMap(columns["profile"][chosen].astype(np.uint32))


def _named(columns: Columns) -> dict[str, BitMap]:
    names = columns["name"]
    return {str(name): _people(columns, names == name) for name in sorted(set(names.tolist()))}
