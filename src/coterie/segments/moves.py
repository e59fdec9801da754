"""Who moved between two populations, and whose moves are only backfill. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, overload

from pyroaring import BitMap

from coterie.core.event import Event, Move
from coterie.events.model import Logged

Trace = tuple[int, int, str, str]
"""What tells one person's events apart where their ids are no longer known."""

Traces = Collection[Trace]


def trace(event: Event | Logged) -> Trace:
    """Return by what an event is found again among its person's."""
    return event.time, event.received, event.name, event.source


def backfilled(fresh: Iterable[Event]) -> dict[int, set[Trace]]:
    """Find the people to whom backfill happened in a batch, with those events."""
    quiet: dict[int, set[Trace]] = {}
    for event in fresh:
        if event.backfill:
            quiet.setdefault(event.profile, set()).add(trace(event))
    return quiet


def backfilled_shifts(fresh: Sequence[Event], shifted: Collection[int]) -> set[int]:
    """Find those of the heads that shifted in a batch for whom only its backfill can be why.

    Nobody knows which event it was: where a batch is backfill as a whole, all of them; else those
    to whom nothing but backfill happened in it.
    """
    if not shifted:
        return set()
    live = {event.profile for event in fresh if not event.backfill}
    told = {event.profile for event in fresh}
    return {head for head in shifted if fresh and head not in live and (head in told or not live)}


class Turned(NamedTuple):
    """Who entered a segment and who left it; the moves of those in ``backfill`` are marked so."""

    entered: BitMap
    left: BitMap
    backfill: Collection[int] = ()


def turned(before: BitMap, after: BitMap, backfill: Collection[int] = ()) -> Turned:
    """Compare two populations of one segment."""
    return Turned(after - before, before - after, backfill)


class Moves(Sequence[Move]):
    """The moves of one moment, by segment: two bitmaps each, and a ``Move`` only for who asks.

    A batch of the road moves tens of thousands, and hardly anybody looks at every one. Those of
    a segment come by profile.

    >>> list(Moves(7, {"buyers": Turned(BitMap([2]), BitMap())}))
    [Move(segment='buyers', profile=2, entered=True, at=7, backfill=False)]
    """

    def __init__(self, at: int, turned: Mapping[str, Turned] = MappingProxyType({})) -> None:
        self.at = at
        self.turned = {segment: one for segment, one in turned.items() if one.entered or one.left}

    def of(self, segments: Iterable[str]) -> Iterator[Move]:
        """Give the moves of some segments."""
        for segment in segments:
            one = self.turned.get(segment)
            if one is not None:
                came, late = one.entered, one.backfill
                for profile in came | one.left:
                    yield Move(segment, profile, profile in came, self.at, profile in late)

    def __iter__(self) -> Iterator[Move]:
        """Give every move."""
        return self.of(self.turned)

    def __len__(self) -> int:
        """Count them without making them."""
        return sum(len(one.entered) + len(one.left) for one in self.turned.values())

    @overload
    def __getitem__(self, index: int) -> Move: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Move]: ...
    def __getitem__(self, index: int | slice) -> Move | Sequence[Move]:
        """Make them, and return some."""
        return list(self)[index]

    def __eq__(self, other: object) -> bool:
        """Say whether others are the same moves in the same order."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as with any other collection that is compared
