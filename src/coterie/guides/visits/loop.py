"""From a store, online, into a group, and back to a store: one person's way. Pure.

A loop is opened by her first visit. It closes with her first visit on a later day as somebody who
has a guide as a contact and is in a group by then. Being so from before counts; having left does
not. A visit is there once a store and day, so that buying twice in an afternoon closes nothing.
"""

from collections.abc import Iterable, Sequence

from coterie.guides.visits.model import Loop, Loops, Step

_ORDER = {"deleted": 0, "left": 1, "added": 2, "joined": 3, "visit": 4}
"""Of what happened at one moment, this first: who joins at the till has joined by that visit."""


def walk(steps: Iterable[Step], since: int = 0) -> Loop | None:
    """Return how far somebody came whose first visit from ``since`` on opened a loop.

    >>> day = 86_400_000
    >>> way = [Step(0, "visit", "d0"), Step(1, "added", "ann"), Step(2, "joined", "chat")]
    >>> walk([*way, Step(day, "visit", "d1")])
    Loop(opened=0, online=1, grouped=2, returned=86400000)
    """
    guides: set[str] = set()
    chats: set[str] = set()
    first = ""
    opened = online = grouped = None
    for step in sorted(steps, key=lambda one: (one.at, _ORDER[one.deed], one.what)):
        if step.deed == "visit" and step.at >= since:
            if opened is None:
                opened, first = step.at, step.what
            elif step.what > first and guides and chats:
                return Loop(opened, online, grouped, step.at)
        else:
            _stand(step, guides, chats)
        if opened is not None:
            online = step.at if online is None and guides else online
            grouped = step.at if grouped is None and guides and chats else grouped
    return None if opened is None else Loop(opened, online, grouped)


def _stand(step: Step, guides: set[str], chats: set[str]) -> None:
    match step.deed:
        case "added":
            guides.add(step.what)
        case "deleted":
            guides.discard(step.what)
        case "joined":
            chats.add(step.what)
        case "left":
            chats.discard(step.what)


def gathered(loops: Sequence[Loop]) -> Loops:
    """Count loops by how far they came."""
    times = sorted(one.returned - one.opened for one in loops if one.returned is not None)
    return Loops(
        opened=len(loops),
        online=sum(one.online is not None for one in loops),
        grouped=sum(one.grouped is not None for one in loops),
        returned=len(times),
        times=tuple(times),
    )
