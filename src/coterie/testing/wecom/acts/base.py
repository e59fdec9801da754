"""What every deed has in common: the lock is held, and time has passed up to now."""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.passing import pass_time

P = ParamSpec("P")
R = TypeVar("R")
W = TypeVar("W", bound="World")

DEEDS: dict[str, str] = {}
"""The deeds by name, with their first sentence: what the control API offers."""


class World:
    """A corporation and the lock that guards it."""

    def __init__(self, corp: Corp) -> None:
        self.corp = corp
        self.lock = RLock()


def deed(method: Callable[Concatenate[W, P], R]) -> Callable[Concatenate[W, P], R]:
    """Make a method a deed: locked, at the present moment, and offered over HTTP by its name."""

    @wraps(method)
    def done(self: W, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            pass_time(self.corp)
            return method(self, *args, **kwargs)

    DEEDS[method.__name__] = (method.__doc__ or "").splitlines()[0]
    return done
