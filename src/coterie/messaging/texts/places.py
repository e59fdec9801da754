"""Where a template writes values, and whether it reads well where one is missing. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from liquid import Node, RenderContext
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.expression import Expression

from coterie.messaging.model import Template
from coterie.messaging.templates import parse, sources
from coterie.messaging.texts.model import Place

_DEFAULT = "default"


def places_of(template: Template) -> list[Place]:
    """Return every place of a template at which a value of hers, or of the request, is written.

    What the text itself names (``assign``, the round of a loop) is left out.

    >>> [(one.name, one.guarded) for one in places_of(
    ...     Template("t", "{{ profile.firstName | default: 'friend' }} of {{ traits.city }}"))]
    [('profile.firstName', True), ('traits.city', False)]
    """
    return [place for at, source in sources(template) for place in _of_text(at, source)]


def _of_text(at: str, source: str) -> Iterator[Place]:
    parsed = parse(source, at)
    named = parsed.analyze(include_partials=False).globals
    context = RenderContext(parsed)
    for node in parsed.nodes:
        for path, start, guarded in _written(node, context, frozenset()):
            if path[0] in named:
                yield Place(path, at, source.count("\n", 0, start) + 1, guarded)


_Found = tuple[tuple[str, ...], int, bool]


def _written(
    node: Node, context: RenderContext, asked: frozenset[tuple[str, ...]]
) -> Iterator[_Found]:
    """Yield what is written inside a node; ``asked`` are the values that were asked for around."""
    expressions = list(node.expressions())
    if type(node).__name__ == "OutputNode":
        for each in expressions:
            if isinstance(each, FilteredExpression) and isinstance(each.left, Path):
                path = _plain(each.left)
                filters = {one.name for one in each.filters or ()}
                guarded = _DEFAULT in filters or any(path[: len(one)] == one for one in asked)
                if path:
                    yield path, node.token.start_index, guarded
        return
    inside = asked | {path for each in expressions for path in _paths(each)}
    for child in node.children(context, include_partials=False):
        yield from _written(child, context, inside)


def _paths(expression: Expression) -> Iterator[tuple[str, ...]]:
    if isinstance(expression, Path):
        yield _plain(expression)
    for child in expression.children():
        yield from _paths(child)


def _plain(path: Path) -> tuple[str, ...]:
    """Return a path as far as it is written out; what depends on another value ends it."""
    found: list[str] = []
    for segment in path.path:
        if not isinstance(segment, str | int):
            break
        found.append(str(segment))
    return tuple(found)


def value_at(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """Return what stands at a path among values, None where nothing does."""
    found: Any = values
    for step in path:
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list | tuple) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def gaps(template: Template, values: Mapping[str, Any]) -> list[Place]:
    """Return the unguarded places at which nothing would be read; of one wording only."""
    return [
        place
        for place in places_of(template)
        if not place.guarded and value_at(values, place.path) in (None, "")
    ]
