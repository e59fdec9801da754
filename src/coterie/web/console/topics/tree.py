"""The tree of topics as lines of a table: only what is open is shown. Pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from coterie.catalog.model import Topic
from coterie.catalog.topics import ancestors


@dataclass(frozen=True)
class Line:
    """One topic of the tree: how deep it lies, and whether what is below is shown.

    ``toggled`` are the topics that are open after its branch is opened or closed.
    """

    topic: Topic
    depth: int
    children: int
    is_open: bool
    toggled: tuple[str, ...]


def lines(
    topics: Sequence[Topic], opened: Collection[str], weight: Callable[[str], int]
) -> list[Line]:
    """Return the lines to show, the heaviest branches first; a child only where all above is open.

    >>> found = lines([Topic("a"), Topic("a/b"), Topic("c")], ["a"], lambda path: path == "c")
    >>> [(line.topic.path, line.depth, line.is_open) for line in found]
    [('c', 0, False), ('a', 0, True), ('a/b', 1, False)]
    """
    below: dict[str | None, list[Topic]] = {}
    for topic in topics:
        below.setdefault(topic.parent, []).append(topic)
    for branch in below.values():
        branch.sort(key=lambda topic: (-weight(topic.path), topic.path))
    found: list[Line] = []
    waiting = [(topic, 0) for topic in reversed(below.get(None, []))]
    while waiting:
        topic, depth = waiting.pop()
        is_open = topic.path in opened
        found.append(
            Line(topic, depth, len(below.get(topic.path, ())), is_open, _toggled(topic, opened))
        )
        if is_open:
            waiting += [(child, depth + 1) for child in reversed(below.get(topic.path, []))]
    return found


def _toggled(topic: Topic, opened: Collection[str]) -> tuple[str, ...]:
    if topic.path in opened:
        return tuple(sorted(set(opened) - {topic.path}))
    return tuple(sorted({*opened, topic.path, *ancestors(topic.path)}))


def matching(topics: Sequence[Topic], text: str) -> list[Topic]:
    """Return the topics whose path or title holds a text, small and capital letters alike."""
    asked = text.casefold()
    return [
        topic
        for topic in topics
        if any(asked in words.casefold() for words in (topic.path, topic.title_en, topic.title_zh))
    ]
