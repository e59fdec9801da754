"""Paths into traits: what stands at one, and which moments are found inside an object."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import read_moment

LONGEST_NAME = 200
"""Longer names are not learnt: no rule asks for them, and a database's index refuses them."""


def root_of(path: str) -> str:
    """Name the trait that a path begins at, when the whole path is no trait itself.

    >>> root_of("trial.ends")
    'trial'
    """
    return path.partition(".")[0]


def walk(value: Any, path: str) -> Any:
    """Follow the rest of a path into a root trait's value; None when it leads nowhere.

    >>> walk({"ends": {"at": 7}}, "trial.ends.at")
    7
    """
    for key in path.split(".")[1:]:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def leaf_moments(name: str, value: Any, zone: ZoneInfo) -> Iterator[tuple[str, int]]:
    """Find every (path, moment) inside an object; keys with a dot are out of any path's reach.

    >>> list(leaf_moments("trial", {"ends": "1970-01-01T08", "plan": "gold"}, ZoneInfo("UTC")))
    [('trial.ends', 28800000)]
    """
    for key, inner in value.items() if isinstance(value, dict) else ():
        path = f"{name}.{key}"
        if "." in key or len(path) > LONGEST_NAME:
            continue
        moment = read_moment(inner, zone)
        if moment is not None:
            yield path, moment
        yield from leaf_moments(path, inner, zone)
