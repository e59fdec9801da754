"""The word of this room: a band, runs of one journey that stand alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pyroaring import BitMap

from coterie.journeys.model import Defined, Run

LEAST = 100
"""Fewer runs that stand alike are kept one by one; a band that is there may shrink below."""

LOOSE = 0
"""The band of runs that are marked as standing in one, and are not yet written into any."""


@dataclass(frozen=True)
class Band:
    """Runs of one journey that stand alike, by their people.

    ``like`` is any of them without what tells it from the others: its id and profile are 0. None
    has a key, a cause or something awaited, and each is with the profile that it was born to; so
    nobody is in a journey's bands twice. ``kept`` is the id of the row that they came out of.
    """

    like: Run
    people: BitMap
    kept: int = LOOSE

    def with_run(self, run: Run) -> "Band":
        """Return the same people, standing as ``run`` does."""
        return replace(self, like=run)

    def of(self, people: BitMap) -> "Band":
        """Return some of them."""
        return replace(self, people=people)


def run_of(like: Run, number: int, profile: int, kept: int) -> Run:
    """Return the run of one of a band's people."""
    return replace(like, id=number, profile=profile, came_with=profile, banded=kept)


def may_band(run: Run, defined: Defined) -> bool:
    """Say whether nothing but its person tells a run from others that stand where it stands."""
    return (
        run.key is None
        and run.cause is None
        and run.awaiting is None
        and run.ended is None
        and run.contaminated is None
        and run.profile == run.came_with
        and not defined.journey.overlap
    )


def gather(
    runs: Iterable[Run], book: Mapping[str, Defined], least: int
) -> tuple[list[list[Run]], list[Run]]:
    """Sort runs into those of whom at ``least`` so many stand alike, and the others."""
    alike: dict[object, list[Run]] = {}
    others: list[Run] = []
    for run in runs:
        if may_band(run, book[run.journey]):
            alike.setdefault(standing(run), []).append(run)
        else:
            others.append(run)
    for key in [key for key, some in alike.items() if len(some) < least]:
        others += alike.pop(key)
    return list(alike.values()), others


def standing(run: Run) -> tuple[object, ...]:
    """Tell how a run stands: what is equal for runs that stand alike."""
    visits = tuple((name, visit.count, visit.at) for name, visit in run.visits.items())
    return (
        run.journey, run.version, run.node, run.entered, run.arrived, run.due, run.shadow, visits,
    )  # fmt: skip


def like_of(run: Run) -> Run:
    """Take from a run what tells it from the others of its band."""
    return replace(run, id=0, profile=0, came_with=0, banded=None)
