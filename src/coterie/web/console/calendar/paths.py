"""Which messages a person may come to from a node, and how much later. Pure.

Followed as far as time alone decides: through waits of a length, through both ways of a split. A
wait for a clock's time, for a date of hers or for something that happens ends the way: when it is
over depends on her.
"""

from collections import deque
from collections.abc import Iterator

from coterie.journeys.model import (
    END,
    Journey,
    Message,
    WaitDuration,
    WaitProperty,
    WaitRule,
    WaitTime,
    targets,
)


def reached(journey: Journey, node: str, within: int) -> Iterator[tuple[str, int]]:
    """Yield the messages that follow a node, with how long after (ms), each once, the soonest.

    A person who stands at ``node`` leaves it at once: its wait is over.
    """
    found = journey.nodes.get(node)
    if found is None:
        return
    leaving = _leaving(found)
    yield from _follow(journey, deque((target, 0) for target in leaving), within)


def from_start(journey: Journey, within: int) -> Iterator[tuple[str, int]]:
    """Yield the messages that follow entering, as ``reached`` does."""
    yield from _follow(journey, deque([(journey.start, 0)]), within)


def _leaving(node: object) -> tuple[str, ...]:
    if isinstance(node, WaitRule):
        return () if node.on_timeout is None else (node.on_timeout,)
    return targets(node)  # type: ignore[arg-type]  # one of the kinds of node


def _follow(
    journey: Journey, open_: deque[tuple[str, int]], within: int
) -> Iterator[tuple[str, int]]:
    seen: set[str] = set()
    while open_:
        name, after = min(open_, key=lambda pair: pair[1])
        open_.remove((name, after))
        node = journey.nodes.get(name)
        if name == END or node is None or name in seen or after > within:
            continue
        seen.add(name)
        if isinstance(node, Message):
            yield name, after
        if isinstance(node, WaitTime | WaitProperty | WaitRule):
            continue
        later = after + node.duration if isinstance(node, WaitDuration) else after
        open_.extend((target, later) for target in targets(node))
