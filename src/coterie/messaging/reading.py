"""What a template reads of a person, known before it is filled in. Pure."""

from collections.abc import Collection
from functools import lru_cache

from coterie.messaging.model import Template
from coterie.messaging.templates import parse, sources, traits_named
from coterie.profiles.pii import IDENTIFYING

_WHOLE = frozenset({"first", "last", "size"})
"""What Liquid tells of an object that has no such key."""


@lru_cache(maxsize=512)
def identifying(template: Template) -> tuple[str, ...]:
    """Return those of the traits that a template names which tell who somebody is."""
    return tuple(sorted(IDENTIFYING & traits_named(template)))


@lru_cache(maxsize=512)
def traits_read(template: Template) -> frozenset[str] | None:
    """Return the traits that a template may see anything of; None: it looks at all there are.

    >>> traits_read(Template("t", "{% for one in traits %}{{ one[0] }}{% endfor %}")) is None
    True
    """
    for path, source in sources(template):
        named = parse(source, path).analyze(include_partials=False).globals
        for each in (one for found in named.values() for one in found):
            root, name = (*each.segments, None)[:2]
            if not isinstance(root, str):
                return None  # which variable it is, another one says
            if root in ("traits", "profile") and (not isinstance(name, str) or name in _WHOLE):
                return None
    return traits_named(template)


def traits_read_by(templates: Collection[Template]) -> set[str] | None:
    """Return the traits that templates may see anything of; None where one looks at all."""
    found = [traits_read(each) for each in templates]
    named = [each for each in found if each is not None]
    return set().union(*named) if len(named) == len(found) else None
