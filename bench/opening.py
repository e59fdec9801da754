"""What must be opened before segments can be evaluated, told apart from the evaluation itself.

The engine opens lists of events from the lake; what people have and are (traits, scores, tags,
keys) it reads from the database, as does the reader of everyone that is its peer. Noted from
outside: the engine keeps no clock.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from coterie.profiles.service import Profiles
from coterie.segments.engine.loading import Loading
from coterie.segments.everyone.reader import Reader

LISTS, PEOPLE = "lists", "people"

_OF_PEOPLE = ("everyone", "standing", "levels", "keys_of", "known", "led")


@dataclass
class Opened:
    """Seconds by what was opened, and those of cores; nothing counts twice."""

    seconds: Counter[str] = field(default_factory=Counter)
    cores: Counter[str] = field(default_factory=Counter)
    _inside: bool = False

    @contextmanager
    def noting(self, what: str) -> Iterator[None]:
        """Note what something takes, unless it is part of what is noted already."""
        if self._inside:
            yield
            return
        self._inside, begun, cores = True, time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[what] += time.perf_counter() - begun
            self.cores[what] += time.process_time() - cores
            self._inside = False


@contextmanager
def noted() -> Iterator[Opened]:
    """Note what is opened meanwhile."""
    opened = Opened()
    with ExitStack() as stack:
        _wrap(stack, Loading, "rows", lambda call: _timed(opened, LISTS, call))
        for name in _OF_PEOPLE:
            _wrap(stack, Profiles, name, lambda call: _timed(opened, PEOPLE, call))
        _wrap(stack, Reader, "population", lambda call: _entered(opened, call))
        yield opened


def _wrap(stack: ExitStack, owner: type, name: str, around: Callable[[Any], Any]) -> None:
    call = getattr(owner, name)
    setattr(owner, name, around(call))
    stack.callback(setattr, owner, name, call)


def _timed(opened: Opened, what: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        with opened.noting(what):
            return call(*given, **named)

    return timed


def _entered(opened: Opened, call: Callable[..., Any]) -> Callable[..., Any]:
    """Note the laying out of tables, not what is asked of them afterwards."""

    @contextmanager
    def entered(*given: Any, **named: Any) -> Iterator[Any]:
        with ExitStack() as stack:
            with opened.noting(PEOPLE):
                population = stack.enter_context(call(*given, **named))
            yield population

    return entered
