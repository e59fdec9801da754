"""From comings and goings, told in any order and more than once, to stays. Pure.

Law: the stays are a function of the set of what was told, so neither order nor repetition matters;
and nothing is lost: what a later word changes can still be read off them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Mark:
    """Somebody came into a group or went, at a moment (ms); how she came."""

    at: int
    came: bool
    code: str = ""
    scene: str = ""


@dataclass(frozen=True)
class Span:
    """A stay; ``joined`` None: only its end was told yet, so it counts for nothing.

    ``lost``: its end was never told; it ended at the latest when the next one began.
    """

    joined: int | None
    left: int | None = None
    lost: bool = False
    code: str = ""
    scene: str = ""


def settle(spans: Iterable[Span], marks: Iterable[Mark]) -> list[Span]:
    """Return the stays of one person in one group, in order, with what was told now.

    >>> late = settle([], [Mark(5, came=False)])
    >>> settle(late, [Mark(3, came=True), Mark(9, came=True), Mark(3, came=True)])
    ... # doctest: +NORMALIZE_WHITESPACE
    [Span(joined=3, left=5, lost=False, code='', scene=''),
     Span(joined=9, left=None, lost=False, code='', scene='')]
    """
    told: dict[tuple[int, bool], Mark] = {}
    for mark in (*_marks(spans), *marks):
        kept = told.get((mark.at, mark.came))
        if kept is None or (mark.code, mark.scene) > (kept.code, kept.scene):
            told[mark.at, mark.came] = mark
    found: list[Span] = []
    for mark in sorted(told.values(), key=lambda one: (one.at, not one.came)):
        last = found[-1] if found and found[-1].left is None else None
        if last is not None:
            found[-1] = replace(last, left=mark.at, lost=mark.came)
        if mark.came:
            found.append(Span(mark.at, code=mark.code, scene=mark.scene))
        elif last is None:
            found.append(Span(None, mark.at))
    return found


def _marks(spans: Iterable[Span]) -> Iterable[Mark]:
    for span in spans:
        if span.joined is not None:
            yield Mark(span.joined, came=True, code=span.code, scene=span.scene)
        if span.left is not None and not span.lost:
            yield Mark(span.left, came=False)


def is_in(spans: Iterable[Span]) -> bool:
    """Say whether she is in the group by these stays."""
    return any(span.joined is not None and span.left is None for span in spans)
