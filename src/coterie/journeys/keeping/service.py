"""The verbs by which journeys keep step with who is who; a part of ``Journeys``."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from coterie.core.clock import DAY
from coterie.core.event import Event
from coterie.core.people import Shift
from coterie.journeys import saying
from coterie.journeys.keeping import store
from coterie.journeys.keeping.meeting import settle
from coterie.journeys.model import Run
from coterie.journeys.store import journeys, live_of, save_runs
from coterie.journeys.walking import GONE
from coterie.storage.work import Work

_MERGED = "coterie.merged"


class Keeping:
    """Runs follow their people; one live run in a lane, whoever turns out to be one."""

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let runs follow the profiles they were born to.

        Of two live runs in a lane the one that began first goes on, the other ends as ``merged``
        and stays so. Runs whose person was in both arms are marked as contaminated.
        """
        heads = {shift.profile: shift.head for shift in shifts}
        _let_stand_alone(work, {*heads, *heads.values(), *(shift.before for shift in shifts)})
        store.save(work, settle(store.of_everybody(work, heads), heads, work.now))

    def told_of_merges(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """State the ends of runs that merging brought; heard again, the facts are the same."""
        merged = {event.profile for event in events if event.name == _MERGED}
        if not merged:
            return []
        ended = store.ended_by_merging(work, merged, work.now - DAY, work.now)
        return [saying.exited(run, run.ended) for run in ended if run.ended is not None]

    def ended_by_merging(
        self, work: Work, profiles: Collection[int], since: int, until: int
    ) -> list[Run]:
        """Return the runs of these people that merging ended in [since, until].

        Taking people apart again gives such a run back to whom it was born to, but it stays ended.
        """
        return store.ended_by_merging(work, profiles, since, until)

    def contaminated(self, work: Work) -> list[tuple[str, int]]:
        """Return (journey, profile) of everybody who was held out of a journey and walked it."""
        return store.contaminated(work)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's ways through journeys, as plain JSON."""
        titles = {kept.slug: kept.definition.get("title") for kept in journeys(work)}
        standing = {run.id: run for run in live_of(work, [profile])}
        return {
            "runs": [
                {
                    "journey": row["journey"],
                    "title": titles.get(row["journey"]),
                    "entered": row["entered"],
                    "ended": row["ended"],
                    "reason": row["reason"],
                    "node": standing[row["id"]].node if row["id"] in standing else row["node"],
                    "key": row["key"],
                    "held_out": row["shadow"],
                    "steps": _steps(row, standing.get(row["id"])),
                    "cause": row["cause"],
                }
                for row in store.of_person(work, profile)
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """End these people's runs, and forget their keys and what began them."""
        _let_stand_alone(work, profiles)
        return {"journey_runs": store.erase(work, profiles, GONE)}


def _let_stand_alone(work: Work, profiles: Collection[int]) -> None:
    """Take these people out of bands: what happens to them is theirs alone."""
    save_runs(work, [run for run in live_of(work, profiles) if run.banded is not None])


def _steps(row: Mapping[str, Any], live: Run | None) -> dict[str, int]:
    if live is not None:
        return {name: visit.at for name, visit in live.visits.items()}
    return {name: at for name, (_, at) in row["visits"].items()}
