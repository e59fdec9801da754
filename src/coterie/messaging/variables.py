"""What templates may ask of other rooms: a value per person, looked up only where one names it.

A room above or beside messaging registers a variable under a name (``recommend``, ``polls``). It is
asked once for many people when their messages are written, so a template that does not name it
costs nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from coterie.core.errors import Invalid
from coterie.messaging.model import Template
from coterie.messaging.templates import parse, sources
from coterie.storage.work import Work

_TAKEN = frozenset({"brand", "links", "now", "profile", "today", "traits"})
"""What every template sees anyway."""


class Variable(Protocol):
    """One name that templates may use, and what it stands for."""

    name: str

    def of(self, work: Work, profiles: Collection[int], /) -> Mapping[int, Any]:
        """Return the value for each of these people, as plain JSON; left out: nothing is there.

        Of a list of objects with a ``key``, a message keeps the keys of those that its text used
        (``Content.items``).
        """
        ...


def by_name(variables: Sequence[Variable]) -> dict[str, Variable]:
    """Return variables by name; raises Invalid for a name that is taken."""
    found: dict[str, Variable] = {}
    for one in variables:
        if one.name in found or one.name in _TAKEN:
            raise Invalid(f"templates know {one.name!r} already", path="name", hint="rename it")
        found[one.name] = one
    return found


def asked_for(template: Template, known: Mapping[str, Variable]) -> tuple[str, ...]:
    """Return which of the known names a template uses, in any of its languages."""
    return tuple(sorted(known.keys() & roots(template)))


@lru_cache(maxsize=512)
def roots(template: Template) -> frozenset[str]:
    """Return the names that a template's texts ask for, ``recommend`` of ``recommend[0].title``.

    >>> sorted(roots(Template("t", "{% for one in recommend %}{{ one.title }}{% endfor %}")))
    ['recommend']
    """
    return frozenset(
        str(name)
        for path, source in sources(template)
        for name in parse(source, path).analyze(include_partials=False).globals
    )
