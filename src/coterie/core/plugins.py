"""The door for plugins: entry points, checked as they come in. Our own come the same way."""

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from coterie.core.errors import Conflict, Invalid

Factory = Callable[..., Any]


def load(group: str, points: tuple[EntryPoint, ...] | None = None) -> dict[str, Factory]:
    """Load the factories of an entry-point group by name.

    Raises Conflict when a name is taken twice, Invalid when what is behind one can't be called.
    """
    found: dict[str, Factory] = {}
    for point in _installed(group) if points is None else points:
        if point.name in found:
            raise Conflict(
                f"two plugins of {group} are called {point.name!r}: uninstall one of them"
            )
        factory = point.load()
        if not callable(factory):
            raise Invalid(f"plugin {point.value!r} of {group} is not callable")
        found[point.name] = factory
    return found


@cache
def _installed(group: str) -> tuple[EntryPoint, ...]:
    """Return what was installed as the process began: to look takes longer than to open a house."""
    return tuple(entry_points(group=group))
