"""From two populations to the moves between them, and which of these are only backfill. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence

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


def moves_between(
    segment: str, before: BitMap, after: BitMap, at: int, backfill: Collection[int] = ()
) -> Iterator[Move]:
    """Give who left and who entered, by profile; those in ``backfill`` are marked so."""
    for profile in before ^ after:
        entered = profile in after
        yield Move(segment, profile, entered, at, backfill=profile in backfill)
