"""The verbs of entrances; a part of ``Journeys``."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.core.clock import local_date
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import LISTED, Event
from coterie.core.ids import uuid7
from coterie.journeys import recurring
from coterie.journeys.entering import Trigger, key_text
from coterie.journeys.entrances import store
from coterie.journeys.entrances.model import (
    MOST_CALLS,
    Answer,
    Call,
    Called,
    Entrance,
    Standing,
)
from coterie.journeys.model import ApiEntry, Cause, Defined, ListEntry, ScheduleEntry
from coterie.journeys.ports import People, Segments
from coterie.journeys.starting import Starters
from coterie.segments.person.operators import look_up
from coterie.storage.work import Work, in_chunks

CALLED = "api"
"""What a call's cause is called in templates: ``event.name``."""
LONGEST_ID = 200


class Entrances:
    """Starts whom a schedule, a list or a program brings."""

    segments: Segments
    profiles: People
    zone: ZoneInfo
    portion: int
    _starters: Starters

    @abstractmethod
    def get(self, work: Work, slug: str) -> Defined:
        """Return a journey; raises NotFound."""

    # --- by a program

    def call(self, work: Work, slug: str, calls: Sequence[Call]) -> Called:
        """Start the journey for these people; one after the other where one is named twice.

        Raises NotFound without the journey, Conflict where a program may not start it, Invalid
        for too many or for an id that is none.
        """
        defined = self.get(work, slug)
        if not isinstance(defined.journey.entry, ApiEntry):
            raise Conflict(f"nobody enters {slug!r} by a call: its entry is another",
                           code="other_entry")  # fmt: skip
        if len(calls) > MOST_CALLS:
            raise Invalid(f"{len(calls):,} people in one call", path="runs",
                          hint=f"name {MOST_CALLS:,} at most")  # fmt: skip
        for index, each in enumerate(calls):
            if each.id is not None and not 0 < len(each.id) <= LONGEST_ID:
                raise Invalid("is no id", path=f"runs[{index}].id",
                              hint=f"1 to {LONGEST_ID} characters")  # fmt: skip
        people = self.profiles.found(work, "user_id", {each.user_id for each in calls})
        triggers = [_called(defined, each, people.get(each.user_id), work.now) for each in calls]
        causes = [each.started_by for each in triggers if isinstance(each, Trigger)]
        before = store.started(work, slug, causes)
        fresh = [each for each in triggers if isinstance(each, Trigger)]
        fresh = [each for each in fresh if each.started_by not in before]
        facts = self._starters.start(work, {slug: defined}, fresh)
        after = store.started(work, slug, causes)
        answers, told = [], set(before)
        for each, trigger in zip(calls, triggers, strict=True):
            if isinstance(trigger, str):
                answers.append(Answer(each.user_id, trigger))
                continue
            cause = trigger.started_by
            run = after.get(cause)
            status: Standing = "duplicate" if cause in told else "started"
            answers.append(Answer(each.user_id, "not_started" if run is None else status, run))
            told.add(cause)
        return Called(answers, facts)

    # --- by the clock, and by a list

    def _open(self, work: Work, new: Defined, old: Defined | None = None) -> list[Event]:
        """Begin to look for whom an entry brings; return the facts of those who enter at once.

        A new version with the same entry goes on where it stood; nobody present enters by it.
        """
        entry = new.journey.entry
        if old is not None and old.journey.entry == entry:
            return []
        if isinstance(entry, ScheduleEntry):
            due = recurring.next_time(*self._rhythm(new), work.now)
            store.save(work, Entrance(new.slug, due=due))
        elif isinstance(entry, ListEntry):
            version = self._version(work, entry.name)
            store.save(work, Entrance(new.slug, version=version))
            if old is None and new.journey.present and version is not None:
                people = self.segments.listed(work, entry.name)
                return self._begin_all(work, new, people, f"list:{version}")
        elif old is not None:
            store.remove(work, new.slug)
        return []

    def _come_round(self, work: Work, book: Mapping[str, Defined]) -> list[Event]:
        """Start whom schedules and lists have brought since they were last looked at.

        Of occurrences that were missed, one is made up for.
        """
        if not any(_is_looked_for(defined) for defined in book.values()):
            return []
        facts: list[Event] = []
        for slug, entrance in store.entrances(work).items():
            defined = book[slug]
            entry = defined.journey.entry
            if isinstance(entry, ScheduleEntry) and _has_come(entrance.due, work.now):
                facts += self._occur(work, defined, entrance)
            elif isinstance(entry, ListEntry):
                version = self._version(work, entry.name)
                if version is not None and version != entrance.version:
                    store.save(work, Entrance(slug, version=version))
                    people = self.segments.listed(work, entry.name)
                    people -= self._stood(work, entry.name, entrance.version)
                    facts += self._begin_all(work, defined, people, f"list:{version}")
        return facts

    def _next_round(self, work: Work, book: Mapping[str, Defined]) -> list[int]:
        """Return when ``_come_round`` has work next."""
        if not any(_is_looked_for(defined) for defined in book.values()):
            return []
        moments = []
        for slug, entrance in store.entrances(work).items():
            entry = book[slug].journey.entry
            if entrance.due is not None:
                moments.append(entrance.due)
            if isinstance(entry, ListEntry):
                version = self._version(work, entry.name)
                if version is not None and version != entrance.version:
                    moments.append(work.now)
        return moments

    def _turned_up(
        self, work: Work, book: Mapping[str, Defined], events: Sequence[Event]
    ) -> Iterator[Trigger]:
        """Find who stood on a list before she was known, and has turned up now."""
        told = [event for event in events if event.name == LISTED and not event.backfill]
        if not told:
            return
        versions = {slug: one.version for slug, one in store.entrances(work).items()}
        for event in told:
            for slug, defined in book.items():
                entry, version = defined.journey.entry, event.properties.get("version")
                is_hers = isinstance(entry, ListEntry) and entry.name == event.properties["list"]
                if is_hers and versions.get(slug) == version:
                    cause = f"list:{version}:{event.profile}"
                    yield Trigger(slug, event.profile, event.time, cause, once=True)

    def _occur(self, work: Work, defined: Defined, entrance: Entrance) -> list[Event]:
        rhythm = self._rhythm(defined)
        occurred = recurring.last_time(*rhythm, (entrance.due or 0) - 1, work.now) or entrance.due
        due = recurring.next_time(*rhythm, work.now)
        store.save(work, Entrance(defined.slug, due=due))
        try:
            people = self.segments.population(work, defined.source["entry"]["for"])
        except (Invalid, NotFound):  # what the rule names is there no more
            return []
        return self._begin_all(work, defined, people, f"schedule:{occurred}")

    def _begin_all(
        self, work: Work, defined: Defined, people: BitMap, occasion: str
    ) -> list[Event]:
        facts: list[Event] = []
        for some in in_chunks(people, self.portion):
            triggers = [
                Trigger(defined.slug, one, work.now, f"{occasion}:{one}", once=True) for one in some
            ]
            facts += self._starters.start(work, {defined.slug: defined}, triggers)
        return facts

    def _rhythm(self, defined: Defined) -> tuple[str, Any, ZoneInfo]:
        """Return what an occurrence is reckoned from: the recurrence, the first day, the zone."""
        entry = defined.journey.entry
        assert isinstance(entry, ScheduleEntry), "others have no rhythm"
        where = self.zone if entry.zone is None else zone_named(entry.zone)
        first = local_date(defined.defined_at, where)
        if entry.first is not None:
            first = first.fromisoformat(entry.first)
        return entry.recurrence, first, where

    def _version(self, work: Work, name: str) -> int | None:
        try:
            return self.segments.list_versions(work, name)[0].version
        except NotFound:
            return None

    def _stood(self, work: Work, name: str, version: int | None) -> BitMap:
        try:
            return BitMap() if version is None else self.segments.listed(work, name, version)
        except NotFound:
            return BitMap()


def _is_looked_for(defined: Defined) -> bool:
    return isinstance(defined.journey.entry, ScheduleEntry | ListEntry)


def _has_come(due: int | None, now: int) -> bool:
    return due is not None and due <= now


def _called(defined: Defined, call: Call, profile: int | None, now: int) -> Trigger | Standing:
    """Return the trigger that a call is, or why it is none."""
    if profile is None:
        return "unknown"
    key = defined.journey.key
    value = None if key is None else key_text(look_up(call.properties, key))
    if key is not None and value is None:
        return "no_key"
    return Trigger(
        journey=defined.slug,
        profile=profile,
        at=now,
        started_by=f"api:{call.id or uuid7(now)}",
        key=value,
        cause=Cause(CALLED, now, call.properties),
        once=True,
    )
