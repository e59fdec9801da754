"""Starting runs: many triggers at once, one after the other within a lane.

Called by the service. What a lane's earlier runs say is read once and kept up as runs begin. Those
who begin alike in numbers begin as a band.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pyroaring import BitMap

from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.journeys import saying, store
from coterie.journeys.bands.members import store as members
from coterie.journeys.bands.model import Band
from coterie.journeys.bands.walking import BandWalkers
from coterie.journeys.entering import History, Lane, Trigger, in_turns, may_start
from coterie.journeys.holding import draw_all, draw_holdout, may_enter
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

    def __init__(
        self,
        segments: Segments,
        profiles: People,
        walkers: Walkers,
        bands: BandWalkers,
    ) -> None:
        self.segments = segments
        self.profiles = profiles
        self.walkers = walkers
        self.bands = bands

    def start(self, work: Work, book: Book, triggers: Sequence[Trigger]) -> list[Event]:
        """Start what may start, in the order of each lane; return the facts."""
        if not triggers:
            return []
        with self.profiles.stretch(work, BitMap(trigger.profile for trigger in triggers)):
            return self._start(work, book, triggers)

    def _start(self, work: Work, book: Book, triggers: Sequence[Trigger]) -> list[Event]:
        lanes = {lane: list(turns) for lane, turns in in_turns(triggers).items()}
        histories = self._histories(work, list(lanes))
        facts = self._start_alike(work, book, lanes, histories)
        known = self.profiles.known(work, {profile for _, profile, _ in lanes}, fading=())
        while lanes:
            chosen = []
            for lane, turns in list(lanes.items()):
                trigger = _next(book[lane[0]], turns, histories[lane], work.now)
                defined, her = book[lane[0]], known.get(lane[1])
                if trigger is None or her is None or not may_enter(defined.journey, her):
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

    def _start_alike(
        self,
        work: Work,
        book: Book,
        lanes: dict[Lane, list[Trigger]],
        histories: Mapping[Lane, History],
    ) -> list[Event]:
        """Start as bands those who may begin alike in numbers; take their lanes out."""
        alike: dict[tuple[str, int, int | None], list[Trigger]] = {}
        for lane, turns in lanes.items():
            if _is_plain(book[lane[0]], turns, histories[lane]):
                alike.setdefault((lane[0], turns[0].at, turns[0].due), []).append(turns[0])
        facts: list[Event] = []
        bands: list[Band] = []
        for (slug, at, due), several in alike.items():
            if len(several) >= self.bands.least:
                for trigger in several:
                    del lanes[trigger.lane]
                like = _like(book[slug], at, due)
                born, begun = self._begin_alike(work, book[slug], like, several)
                facts += born
                bands += begun
        if bands:
            walked = self.bands.walk(work, book, bands)
            facts += walked.facts + self.again(work, book, walked)
        return facts

    def _begin_alike(
        self, work: Work, defined: Defined, like: Run, several: Sequence[Trigger]
    ) -> tuple[list[Event], list[Band]]:
        keys = self.profiles.keys_of(work, [trigger.profile for trigger in several])
        drawn = draw_all(defined, keys.items())
        arms: dict[bool, list[tuple[int, str]]] = {}
        for trigger in several:
            shadow = drawn.get(trigger.profile)
            if shadow is not None:
                cause = trigger.started_by if trigger.once else f"{trigger.started_by}:0"
                arms.setdefault(shadow, []).append((trigger.profile, cause))
        facts, bands = list[Event](), list[Band]()
        for shadow, people in arms.items():
            stands = replace(like, shadow=shadow)
            ids = members.begin(work, stands, people)
            facts += saying.all_entered(stands, ids, work.now)
            bands.append(Band(stands, BitMap(ids)))
        return facts, [band for band in bands if band.people]

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
            each.run.turned(id=ids[each.run.journey, each.started_by])
            for each in beginnings
            if (each.run.journey, each.started_by) in ids
        ]
        units = {
            run.id: draw_holdout(book[run.journey], known[run.profile]).unit
            for run in begun
            if book[run.journey].journey.unit == "group"
        }
        alike: dict[tuple[str, bool], tuple[Run, dict[int, int]]] = {}
        facts: list[Event] = []
        for run in begun:
            theirs = alike.setdefault((run.journey, run.shadow), (run, {}))[1]
            if run.id in units or run.profile in theirs:
                facts.append(saying.entered(run, work.now, units.get(run.id)))
            else:
                theirs[run.profile] = run.id
        for run, theirs in alike.values():
            facts += saying.all_entered(run, theirs, work.now)
        return begun, facts


def _is_plain(defined: Defined, turns: Sequence[Trigger], history: History) -> bool:
    """Say whether a lane's first run begins, which nothing but its person tells from others."""
    first, journey = turns[0], defined.journey
    return (
        len(turns) == 1
        and history.count == 0
        and first.key is None
        and first.cause is None
        and journey.unit == "person"
        and not journey.overlap
    )


def _like(defined: Defined, at: int, due: int | None) -> Run:
    journey = defined.journey
    return Run(0, journey.slug, defined.version, 0, journey.start, at, due=due)


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

    What starts ``once`` starts one run for ever; a segment may be entered twice at one moment.
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
        shadow=draw_holdout(defined, known).shadow,
        cause=trigger.cause,
        came_with=trigger.profile,
    )
    started_by = trigger.started_by if trigger.once else f"{trigger.started_by}:{earlier}"
    return Beginning(run, started_by if journey.overlap else (trigger.key or ""), started_by)
