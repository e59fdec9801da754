"""The law of what was told, in any order, twice or never: a story made of marks. Pure.

A relation (a guide and a customer) and a stay (somebody in a group) are each a set of *marks*:
begun, complete, ended, at a moment each. The set only grows, so neither order nor repetition of
callbacks matters; what stands is read off the set in the order of the moments. A mark that was
``seen`` (read off a list of the platform) heals one that was never told; when that one is told
after all, it takes the seen one's place and is not told on twice.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from coterie.core.clock import MINUTE

Kind = Literal["half", "begun", "by_customer", "by_guide", "transferred", "left", "refused"]
"""``half``: she came and the guide has not answered yet. ``refused``: a transfer that failed."""

BEGIN: dict[str, int] = {"half": 0, "begun": 1}
END: dict[str, int] = {"by_customer": 2, "transferred": 3, "by_guide": 4, "left": 5}
RANK = BEGIN | END | {"refused": 6}
NEAR = MINUTE
"""One moment as the callback tells it and as a list shows it lie so near each other."""


@dataclass(frozen=True)
class Mark:
    """Something that happened to a relation or a stay, at a moment (ms).

    ``told`` by a callback, else seen. ``announced``: the wire event of it is in the inbox.
    """

    at: int
    kind: Kind
    told: bool = True
    state: str = ""
    detail: str = ""
    announced: bool = False

    @property
    def key(self) -> tuple[int, str]:
        """What makes it the same mark."""
        return self.at, self.kind


@dataclass(frozen=True)
class Standing:
    """What a set of marks comes to: whether it lasts, since when, and what it was begun with.

    ``status`` is ``none`` before anything began, ``half``, ``normal``, or what ended it. ``times``
    counts how often it began.
    """

    status: str = "none"
    since: int | None = None
    ended: int | None = None
    state: str = ""
    times: int = 0
    begun: Mark | None = None
    over: Mark | None = None

    @property
    def lasts(self) -> bool:
        """Whether it stands now."""
        return self.status in ("half", "normal")


def standing(marks: Iterable[Mark]) -> Standing:
    """Read off a set of marks what stands.

    >>> told = [Mark(5, "by_customer"), Mark(1, "half"), Mark(2, "begun", state="c1")]
    >>> now = standing(told)
    >>> now.status, now.since, now.ended, now.state, now.times
    ('by_customer', 1, 5, 'c1', 1)
    """
    now = Standing()
    for mark in sorted(marks, key=lambda each: (each.at, RANK[each.kind])):
        if mark.kind in BEGIN:
            now = _begun(now, mark)
        elif mark.kind in END:
            now = _ended(now, mark)
    return now


def _begun(now: Standing, mark: Mark) -> Standing:
    if now.lasts and mark.kind == "half":
        return now
    status = "half" if mark.kind == "half" else "normal"
    completes = now.status == "half" or (now.lasts and not _is_anew(now, mark))
    if completes:
        return replace(now, status=status, state=now.state or mark.state, begun=mark)
    return Standing(status, mark.at, None, mark.state, now.times + 1, mark)


def _is_anew(now: Standing, mark: Mark) -> bool:
    """Say whether it began again without its end having been told."""
    assert now.begun is not None, "what lasts has begun"
    return mark.told and mark.at - now.begun.at > NEAR


def _ended(now: Standing, mark: Mark) -> Standing:
    if now.lasts:
        return replace(now, status=mark.kind, ended=mark.at, over=mark)
    if now.status == "by_customer" and mark.kind != "by_customer":
        # she had gone already; now the guide lets her go too
        return replace(now, status=mark.kind, over=mark)
    return now


@dataclass(frozen=True)
class Admitted:
    """What new marks change of a set: those to write, and those that they take the place of."""

    write: tuple[Mark, ...] = ()
    drop: tuple[Mark, ...] = ()


def admit(known: Collection[Mark], new: Iterable[Mark]) -> Admitted:
    """Take new marks into a set; one that says what is known already changes nothing.

    >>> seen = Mark(1_000, "begun", told=False, announced=True)
    >>> told = admit([seen], [Mark(3_000, "begun")])
    >>> told.write[0].announced, told.drop == (seen,)
    (True, True)
    """
    held = {mark.key: mark for mark in known}
    write: dict[tuple[int, str], Mark] = {}
    drop: dict[tuple[int, str], Mark] = {}
    for mark in new:
        kept, instead = _told(held, mark) if mark.told else _seen(held, mark)
        if instead is not None:
            held.pop(instead.key)
            if write.pop(instead.key, None) is None:
                drop[instead.key] = instead
        if kept is not None:
            held[kept.key] = kept
            write[kept.key] = kept
    gone = [mark for key, mark in drop.items() if key not in write]
    return Admitted(tuple(write.values()), tuple(gone))


def _told(held: dict[tuple[int, str], Mark], mark: Mark) -> tuple[Mark | None, Mark | None]:
    """Return the mark as it is to be kept, None if it is known, and the one seen in its place."""
    same = held.get(mark.key)
    if same is not None and same.told:
        return None, None
    seen = same or _counterpart(held.values(), mark)
    if seen is None:
        return mark, None
    return replace(mark, announced=seen.announced, state=mark.state or seen.state), seen


def _counterpart(held: Iterable[Mark], mark: Mark) -> Mark | None:
    """Find the mark that was seen where this one, told late, is what really happened."""
    marks = sorted(held, key=lambda each: (each.at, RANK[each.kind]))
    if mark.kind == "begun":
        seen = (each for each in marks if each.kind == "begun" and not each.told)
        return next((each for each in seen if abs(each.at - mark.at) <= NEAR), None)
    if mark.kind not in END:
        return None
    after = [each for each in marks if each.at >= mark.at and each.kind in BEGIN | END]
    first = next(iter(after), None)
    return first if first is not None and first.kind in END and not first.told else None


def _seen(held: dict[tuple[int, str], Mark], mark: Mark) -> tuple[Mark | None, Mark | None]:
    """Keep what was seen only where nothing told or seen before says it."""
    now = standing(held.values())
    if mark.kind in BEGIN:
        if now.status == "normal" or _is_over(held.values(), now, mark):
            return None, None
        return mark, None
    return (mark, None) if now.lasts and _since(now) <= mark.at else (None, None)


def _is_over(held: Iterable[Mark], now: Standing, mark: Mark) -> bool:
    """Say whether what a list shows as begun is known to have ended since."""
    return now.over is not None and any(each.kind in END and each.at >= mark.at for each in held)


def _since(now: Standing) -> int:
    return 0 if now.begun is None else now.begun.at
