"""What one can ask a house of tests."""

from contextlib import AbstractContextManager
from typing import Any

from pyroaring import BitMap

from coterie.app import App
from coterie.core.actor import Actor
from coterie.core.clock import parse_time, to_datetime
from coterie.core.errors import NotFound
from coterie.events.model import Logged
from coterie.journeys.model import Run
from coterie.messaging.model import Message
from coterie.segments.person.why import Reason
from coterie.storage.work import Work
from coterie.testing.clock import FakeClock
from coterie.testing.records import EventRecord, FactRecord, RunRecord, SentRecord

TESTER = Actor("person", "tester")


class Asking:
    """The half of a house that only tells; people are told by user id."""

    app: App
    _clock: FakeClock

    def members(self, segment: str, at: str | None = None) -> set[str]:
        """Return the user ids of a segment's population; with ``at``, as of a past moment."""
        with self._look() as work:
            if at is None:
                return self._people(work, self.app.segments.members(work, segment))
            moment = parse_time(at, self.app.zone)
            return self._people(work, self.app.segments.population_at(work, segment, moment))

    def listed(self, name: str, version: int | None = None) -> set[str]:
        """Return the user ids of who stands on a list."""
        with self._look() as work:
            return self._people(work, self.app.segments.listed(work, name, version))

    def people(self) -> set[str]:
        """Return the user ids of everybody."""
        with self._look() as work:
            return self._people(work, self.app.profiles.everyone(work))

    def participants(self, community: str) -> set[str]:
        """Return the user ids of those in a community now."""
        with self._look() as work:
            return self._people(work, self.app.communities.members(work, community))

    def why(self, user_id: str, segment: str) -> Reason:
        """Return the tree of a segment's rule with the answers and the evidence for a person."""
        with self._look() as work:
            reason = self.app.segments.why(work, self._profile(work, user_id), segment)
        assert reason is not None, "the profile was found just now"
        return reason

    def traits(self, user_id: str) -> dict[str, Any]:
        """Return a person's traits, the sealed ones revealed; ``{}`` for an unknown user."""
        with self._look() as work:
            profile = self._find(work, user_id)
            return {} if profile is None else self.app.profiles.traits(work, profile)

    def tags(self, user_id: str) -> frozenset[str]:
        """Return a person's tags."""
        with self._look() as work:
            profile = self._profile(work, user_id)
            return self.app.profiles.known(work, [profile])[profile].tags

    def score(self, user_id: str, name: str) -> float:
        """Return a score as it stands now: ``activity`` or ``interest.<topic>``; 0 without one."""
        with self._look() as work:
            profile = self._profile(work, user_id)
            traits = self.app.profiles.known(work, [profile])[profile].traits
            return float(traits.get(f"scores.{name}", 0.0))

    def events(self, user_id: str) -> list[EventRecord]:
        """Return what came through a door about a person, in the order it happened."""
        with self._look() as work:
            profile = self._find(work, user_id)
            if profile is None:
                return []
            timeline = self.app.log.timelines(work, [profile])[profile]
        return [_event(logged) for logged in timeline if logged.type != "fact"]

    def facts(self) -> list[FactRecord]:
        """Return all facts of our own, in the order they happened."""
        with self._look() as work:
            names = self.app.profiles.user_ids(work, self.app.profiles.everyone(work))
            lines = self.app.log.timelines(work, list(names)).values()
        facts = [logged for line in lines for logged in line if logged.type == "fact"]
        return [
            FactRecord(names[one.profile], one.name, to_datetime(one.time), one.properties)
            for one in sorted(facts, key=lambda one: (one.time, one.seq))
        ]

    def sent(self, user_id: str) -> list[SentRecord]:
        """Return the messages of a person in order, with what became of each; may be empty."""
        with self._look() as work:
            profile = self._find(work, user_id)
            if profile is None:
                return []
            return [_sent(message) for message in self.app.messaging.of_person(work, profile)]

    def runs(self, journey: str) -> list[RunRecord]:
        """Return every run of a journey, in the order of their entering."""
        with self._look() as work:
            runs = self.app.journeys.runs(work, journey)
            names = self.app.profiles.user_ids(work, {run.profile for run in runs})
        return [_run(run, names[run.profile]) for run in runs]

    def _look(self) -> AbstractContextManager[Work]:
        return self.app.db.read(TESTER, self._clock.now())

    def _people(self, work: Work, profiles: BitMap) -> set[str]:
        return set(self.app.profiles.user_ids(work, profiles).values())

    def _find(self, work: Work, user_id: str) -> int | None:
        """Find a person by the id she is told by: her user id, else an anonymous one."""
        known = self.app.profiles.find(work, "user_id", user_id)
        return known or self.app.profiles.find(work, "anonymous_id", user_id)

    def _profile(self, work: Work, user_id: str) -> int:
        profile = self._find(work, user_id)
        if profile is None:
            raise NotFound(f"nobody has the user id {user_id!r}")
        return profile


def _event(logged: Logged) -> EventRecord:
    return EventRecord(
        type=logged.type,
        event=logged.name,
        at=to_datetime(logged.time),
        items=logged.items,
        properties=logged.properties,
    )


def _sent(message: Message) -> SentRecord:
    kind, _, slug = message.origin.partition(":")
    return SentRecord(
        at=to_datetime(message.at),
        journey=slug if kind == "journey" else None,
        node=message.node or None,
        channel=message.channel,
        status=message.status,
        reason=message.reason,
        key=message.run_key,
        template=message.template,
        touch=message.touch,
        subject=message.subject,
        text=message.text,
    )


def _run(run: Run, person: str) -> RunRecord:
    return RunRecord(
        person=person,
        key=run.key,
        node=run.node,
        status=run.status,
        entered=to_datetime(run.entered),
        visits={node: visit.count for node, visit in run.visits.items()},
        reason=run.reason,
    )
