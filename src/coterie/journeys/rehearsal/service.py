"""The face of dry runs: who would have entered, and what she would have got."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.core.clock import DAY, MINUTE, format_time, local_date
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Invalid, NotFound
from coterie.core.ids import bucket
from coterie.journeys import recurring
from coterie.journeys.entering import Trigger, key_text
from coterie.journeys.model import (
    ApiEntry,
    Cause,
    Defined,
    EventEntry,
    Journey,
    ListEntry,
    ScheduleEntry,
    SegmentEntry,
)
from coterie.journeys.parse import as_mapping, parse
from coterie.journeys.ports import Messaging, Segments
from coterie.journeys.rehearsal.model import Rehearsal
from coterie.journeys.rehearsal.walker import Stage, Told, Walk
from coterie.journeys.walking import journey_rules
from coterie.messaging.model import MARKETING
from coterie.segments.model import InSegment, Matching, Rule, World
from coterie.segments.past.replay import Replay
from coterie.segments.person.evaluate import is_asked, passes
from coterie.segments.person.operators import look_up
from coterie.storage.work import Work

MOST_PEOPLE = 1_000
"""People who are walked; of more, a stable sample."""
MOST_LOOKS = 30
"""How often a segment's population is looked up within the time."""
MOST_OCCURRENCES = 400

Entries = dict[int, list[Trigger]]


class Rehearsals:
    """Dry runs of journeys over what is recorded; nothing is written."""

    def __init__(
        self, segments: Segments, messaging: Messaging, zone: ZoneInfo, default_holdout: int
    ) -> None:
        self.segments = segments
        self.messaging = messaging
        self.zone = zone
        self.default_holdout = default_holdout

    def dry_run(
        self,
        work: Work,
        slug: str,
        definition: object,
        since: int,
        until: int | None = None,
        *,
        most: int = MOST_PEOPLE,
    ) -> Rehearsal:
        """Walk a journey over what happened with since < time <= until (None: now).

        It begins at ``since`` with nobody in it; who is in its segment then starts there, unless
        ``present`` is false. Of more than ``most`` people a sample is walked, always the same.
        Raises Invalid for a faulty definition, a time that is none, and an entry by api, of which
        nothing is recorded.
        """
        until = work.now if until is None else until
        if not since < until <= work.now:
            raise Invalid("a dry run looks at a time that has passed", path="since",
                          hint=f"begin before {format_time(work.now)}")  # fmt: skip
        journey = parse(slug, definition, lambda rule: self.segments.rule(work, rule))
        source = as_mapping(definition)
        entries = self._entries(work, journey, source, since, until)
        people = sorted(entries)
        walked = sorted(people, key=lambda one: (bucket("rehearsal", str(one)), one))[:most]
        rules = journey_rules(journey)
        if isinstance(journey.entry, SegmentEntry):
            rules = [*rules, InSegment(journey.entry.segment)]
        replay = self.segments.replay(work, walked, rules)
        stage = self._stage(work, journey, source, replay, until, rules)
        told = Told()
        for profile in sorted(walked):
            triggers = entries[profile]
            if isinstance(journey.entry, SegmentEntry):
                triggers = [self._exact(journey.entry, replay, one, since) for one in triggers]
            elif isinstance(journey.entry, EventEntry):
                triggers = list(_done(journey, replay, profile, since, until, self._world(work)))
            Walk(stage, profile, told).go(triggers)
        return Rehearsal(
            since=since,
            until=until,
            people=len(people),
            walked=len(walked),
            runs=told.runs,
            shadows=told.shadows,
            said=tuple(sorted(told.said, key=lambda one: (one.at, one.profile, one.node))),
            ended=dict(told.ended),
            visits=dict(told.visits),
            acts=dict(told.acts),
        )

    def _stage(
        self,
        work: Work,
        journey: Journey,
        source: Mapping[str, Any],
        replay: Replay,
        until: int,
        rules: Sequence[Rule],
    ) -> Stage:
        holdout = journey.holdout
        if holdout is None:
            holdout = self.default_holdout if journey.touches_beyond_service else 0
        return Stage(
            defined=Defined(journey, 0, "active", source, holdout, work.now, work.now, ""),
            replay=replay,
            settings=self.messaging.settings,
            channels={name: way.address_trait for name, way in self.messaging.channels.items()},
            zone=self.zone,
            stores=self.messaging.store_zones(work),
            purpose=MARKETING,
            until=until,
            ticking=any(self.segments.is_moved_by_time(work, rule) for rule in rules),
        )

    # --- who would have entered

    def _entries(
        self, work: Work, journey: Journey, source: Mapping[str, Any], since: int, until: int
    ) -> Entries:
        entry = journey.entry
        match entry:
            case EventEntry(matching=matching):
                did = self.segments.doing(work, matching.name, since, until)
                return {profile: [] for profile in did}
            case SegmentEntry(segment=segment):
                return self._moves(work, journey, segment, since, until)
            case ScheduleEntry():
                return self._occurrences(work, journey, entry, source, since, until)
            case ListEntry(name=name):
                return self._uploads(work, journey, name, since, until)
            case ApiEntry():
                raise Invalid("nothing is recorded of whom a program would have named",
                              path="entry.api", hint="try it with another entry")  # fmt: skip

    def _moves(self, work: Work, journey: Journey, segment: str, since: int, until: int) -> Entries:
        """Find who entered a segment between two looks at its population."""
        step = max(DAY, -(-(until - since) // MOST_LOOKS))
        before = self.segments.population_at(work, segment, since)
        found: Entries = {}
        if journey.present:
            found = {one: [Trigger(journey.slug, one, since, "present")] for one in before}
        moment = since
        while moment < until:
            moment = min(moment + step, until)
            after = self.segments.population_at(work, segment, moment)
            for one in after - before:
                found.setdefault(one, []).append(Trigger(journey.slug, one, moment, "move"))
            before = after
        return found

    def _exact(self, entry: SegmentEntry, replay: Replay, trigger: Trigger, since: int) -> Trigger:
        """Find the minute in which somebody entered, between two looks."""
        if trigger.started_by != "move":
            return trigger
        rule = InSegment(entry.segment)
        events = replay.events.get(trigger.profile, ())
        late, early = trigger.at, max(since, trigger.at - 2 * DAY)
        for event in events:  # most enter by what they do
            if early < event.time <= late:
                known = replay.known(trigger.profile, event.time)
                if known is not None and replay.holds(rule, known, event.time):
                    late = event.time
                    break
        else:
            while late - early > MINUTE:
                middle = (early + late) // 2
                known = replay.known(trigger.profile, middle)
                if known is not None and replay.holds(rule, known, middle):
                    late = middle
                else:
                    early = middle
        return Trigger(trigger.journey, trigger.profile, late, "move")

    def _occurrences(
        self,
        work: Work,
        journey: Journey,
        entry: ScheduleEntry,
        source: Mapping[str, Any],
        since: int,
        until: int,
    ) -> Entries:
        where = self.zone if entry.zone is None else zone_named(entry.zone)
        first = local_date(since, where)
        if entry.first is not None:
            first = first.fromisoformat(entry.first)
        found: Entries = {}
        moment, number = since, 0
        while (due := recurring.next_time(entry.recurrence, first, where, moment)) is not None:
            if due > until:
                break
            moment, number = due, number + 1
            if number > MOST_OCCURRENCES:
                raise Invalid(f"it comes round more than {MOST_OCCURRENCES} times in this time",
                              path="since", hint="try a shorter time")  # fmt: skip
            for one in self.segments.population_at(work, source["entry"]["for"], due):
                found.setdefault(one, []).append(Trigger(journey.slug, one, due, "schedule"))
        return found

    def _uploads(self, work: Work, journey: Journey, name: str, since: int, until: int) -> Entries:
        try:
            versions = sorted(self.segments.list_versions(work, name), key=lambda one: one.version)
        except NotFound as error:
            raise Invalid(error.message, path="entry.list", hint="upload it first") from error
        found: Entries = {}
        before = BitMap()
        for version in versions:
            people = self.segments.listed(work, name, version.version)
            is_present = version.uploaded_at <= since
            if not is_present and version.uploaded_at <= until:
                for one in people - before:
                    trigger = Trigger(journey.slug, one, version.uploaded_at, "list")
                    found.setdefault(one, []).append(trigger)
            if version.uploaded_at <= until:
                before = people
            if is_present:
                found = {one: [Trigger(journey.slug, one, since, "list")] for one in people}
        return found if journey.present else {
            one: kept
            for one, triggers in found.items()
            if (kept := [trigger for trigger in triggers if trigger.at > since])
        }  # fmt: skip

    def _world(self, work: Work) -> World:
        return self.segments.ask(work, ()).world


def _done(
    journey: Journey, replay: Replay, profile: int, since: int, until: int, world: World
) -> Iterator[Trigger]:
    """Find what somebody did that would have started a run."""
    assert isinstance(journey.entry, EventEntry), "others enter in another way"
    matching: Matching = journey.entry.matching
    for event in replay.events.get(profile, ()):
        if not since < event.time <= until or not is_asked(event, matching.name):
            continue
        if not passes(event, matching, world.at(event.time)):
            continue
        key = None if journey.key is None else key_text(look_up(event.properties, journey.key))
        if journey.key is None or key is not None:
            cause = Cause(event.name, event.time, event.properties, event.items)
            yield Trigger(journey.slug, profile, event.time, "event", key=key, cause=cause)
