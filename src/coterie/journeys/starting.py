"""Starting runs: many triggers at once, one after the other within a lane.

Called by the service. What a lane's earlier runs say is read once and kept up as runs begin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.core.ids import bucket
from coterie.journeys import saying, store
from coterie.journeys.entering import History, Lane, Trigger, in_turns, may_start
from coterie.journeys.model import Defined, Run, SegmentEntry
from coterie.journeys.ports import People, Segments
from coterie.journeys.stepper import ONCE, REST
from coterie.journeys.store import Beginning
from coterie.journeys.walking import Look, Walked, Walkers
from coterie.profiles.model import Known
from coterie.storage.work import Work

Book = Mapping[str, Defined]


class Starters:
    """Begins runs and takes them as far as they can go now."""

    def __init__(self, segments: Segments, profiles: People, walkers: Walkers) -> None:
        self.segments = segments
        self.profiles = profiles
        self.walkers = walkers

    def start(self, work: Work, book: Book, triggers: Sequence[Trigger]) -> list[Event]:
        """Start what may start, in the order of each lane; return the facts."""
        if not triggers:
            return []
        lanes = {lane: list(turns) for lane, turns in in_turns(triggers).items()}
        histories = self._histories(work, list(lanes))
        known = self.profiles.known(work, {profile for _, profile, _ in lanes}, fading=())
        facts: list[Event] = []
        while lanes:
            chosen = []
            for lane, turns in list(lanes.items()):
                trigger = _next(book[lane[0]], turns, histories[lane], work.now)
                if trigger is None or trigger.profile not in known:
                    del lanes[lane]
                else:
                    chosen.append(trigger)
            begun, born = self._begin(work, book, chosen, known, histories)
            facts += born
            walked = self.walkers.walk(work, book, [Look(run, work.now) for run in begun], known)
            facts += walked.facts + self.again(work, book, walked)
            for run in walked.runs.values():
                histories[run.journey, run.profile, run.key].count += 1
                _note(histories[run.journey, run.profile, run.key], run)
        return facts

    def again(self, work: Work, book: Book, walked: Walked) -> list[Event]:
        """Start again who has come to the end and is still in the segment, where that is wanted."""
        over: dict[str, list[Run]] = {}
        for run in walked.runs.values():
            if run.reason == "end" and book[run.journey].journey.reentry == "while_in_segment":
                over.setdefault(run.journey, []).append(run)
        facts: list[Event] = []
        for slug, runs in over.items():
            entry = book[slug].journey.entry
            assert isinstance(entry, SegmentEntry), "the parser lets no other entry through"
            try:
                members = self.segments.members(work, entry.segment)
            except NotFound:  # deleted meanwhile: nobody is in it
                continue
            triggers = [_again(run, work.now) for run in runs if run.profile in members]
            facts += self.start(work, book, triggers)
        return facts

    def _histories(self, work: Work, lanes: Sequence[Lane]) -> dict[Lane, History]:
        histories = {lane: History() for lane in lanes}
        slugs, people = {lane[0] for lane in lanes}, {lane[1] for lane in lanes}
        for past in store.past(work, slugs, people):
            history = histories.get((past.journey, past.profile, past.key))
            if history is None:
                continue
            history.count += 1
            if past.ended is None:
                history.live[past.id] = past.entered
            else:
                history.last_end = max(past.ended, history.last_end or past.ended)
        return histories

    def _begin(
        self,
        work: Work,
        book: Book,
        chosen: Sequence[Trigger],
        known: Mapping[int, Known],
        histories: Mapping[Lane, History],
    ) -> tuple[list[Run], list[Event]]:
        beginnings = [
            _beginning(
                book[trigger.journey],
                trigger,
                known[trigger.profile],
                histories[trigger.lane].count,
            )
            for trigger in chosen
        ]
        ids = store.begin(work, beginnings)
        begun = [
            replace(each.run, id=ids[each.run.journey, each.started_by])
            for each in beginnings
            if (each.run.journey, each.started_by) in ids
        ]
        return begun, [saying.entered(run, work.now) for run in begun]


def _next(defined: Defined, turns: list[Trigger], history: History, now: int) -> Trigger | None:
    """Take the next trigger of a lane that may start a run; those before it are passed over."""
    while turns:
        trigger = turns.pop(0)
        if may_start(defined.journey, history, now):
            return trigger
    return None


def _note(history: History, run: Run) -> None:
    if run.ended is None:
        history.live[run.id] = run.entered
    else:
        history.live.pop(run.id, None)
        history.last_end = max(run.ended, history.last_end or run.ended)


def _again(run: Run, now: int) -> Trigger:
    """Start over from a run's end; one that took no time at all rests before."""
    due = now + REST if now - run.entered < ONCE else None
    return Trigger(run.journey, run.profile, due or now, f"again:{run.id}", due=due)


def _beginning(defined: Defined, trigger: Trigger, known: Known, earlier: int) -> Beginning:
    """Write down a run about to begin; who is held out is drawn now, after eligibility.

    One event starts one run for ever; a segment may be entered twice at one moment.
    """
    journey = defined.journey
    run = Run(
        id=0,
        journey=journey.slug,
        version=defined.version,
        profile=trigger.profile,
        node=journey.start,
        entered=trigger.at,
        key=trigger.key,
        due=trigger.due,
        shadow=bucket(f"journey:{journey.slug}", known.bucket_key) < defined.holdout,
        cause=trigger.cause,
        came_with=trigger.profile,
    )
    by_event = trigger.cause is not None
    started_by = trigger.started_by if by_event else f"{trigger.started_by}:{earlier}"
    return Beginning(run, started_by if journey.overlap else (trigger.key or ""), started_by)
