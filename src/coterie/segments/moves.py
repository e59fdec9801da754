"""From two populations to the moves between them, and which of these are only backfill. Pure."""

from collections.abc import Collection, Iterable, Iterator

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


def moves_between(
    segment: str, before: BitMap, after: BitMap, at: int, backfill: Collection[int] = ()
) -> Iterator[Move]:
    """Give who left and who entered, by profile; those in ``backfill`` are marked so."""
    for profile in before ^ after:
        entered = profile in after
        yield Move(segment, profile, entered, at, backfill=profile in backfill)
