"""Where a step may be moved, in words. Pure but for the language."""

from collections.abc import Mapping
from typing import Any

from coterie.journeys import moving
from coterie.journeys.ways import nodes_of, ways
from coterie.web.console.journeys.words import Words

_BETWEEN = "|"


def placed(words: Words, definition: Mapping[str, Any], node: str) -> dict[str, Any]:
    """Tell the form of a step whether it can be moved, and where to."""
    if not moving.is_movable(definition, node):
        return {"movable": False}
    return {
        "movable": True,
        "above": moving.above(definition, node) is not None,
        "below": moving.below(definition, node) is not None,
        "places": [
            (written(place), _said(words, definition, place))
            for place in moving.places(definition, node)
        ],
    }


def written(place: tuple[str, str]) -> str:
    """Write a place as a form's value.

    >>> written(("ask", "yes")), read("ask|yes")
    ('ask|yes', ('ask', 'yes'))
    """
    return _BETWEEN.join(place)


def read(text: str) -> tuple[str, str]:
    """Read a place back."""
    after, _, path = text.partition(_BETWEEN)
    return after, path


def _said(words: Words, definition: Mapping[str, Any], place: tuple[str, str]) -> str:
    _ = words.speech.gettext
    after, path = place
    if not after:
        return _("the beginning")
    body = nodes_of(definition)[after]
    leading = ways(body)
    step = words.step(definition, after)
    if len(leading) < 2:
        return _("after: %(step)s", step=step)
    way = next(words.way(body, each) for each in leading if each.path == path)
    return _("after: %(step)s → %(way)s", step=step, way=way)
