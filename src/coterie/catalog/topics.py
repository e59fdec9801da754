"""The tree of topics, as plain functions on paths."""

from collections.abc import Iterable


def ancestors(topic: str) -> tuple[str, ...]:
    """Name every topic above one, the root first.

    >>> ancestors("wine/italy/piedmont")
    ('wine', 'wine/italy')
    """
    parts = topic.split("/")
    return tuple("/".join(parts[:depth]) for depth in range(1, len(parts)))


def with_ancestors(topics: Iterable[str]) -> set[str]:
    """Add to topics everything that is above them.

    >>> sorted(with_ancestors(["wine/italy", "pasta"]))
    ['pasta', 'wine', 'wine/italy']
    """
    found: set[str] = set()
    for topic in topics:
        found.add(topic)
        found.update(ancestors(topic))
    return found


def last_part(topic: str) -> str:
    """Return the last part of a path: what a topic is called until somebody gives it a title.

    >>> last_part("wine/italy")
    'italy'
    """
    return topic.rpartition("/")[2]
