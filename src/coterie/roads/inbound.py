"""Event -> recognised -> logged -> learned -> scored -> reconsidered -> heard -> acts.

Called by the composition root's loop, the bulk import and the test harness. A batch is sealed
before it is carried and carried in one transaction: a crash anywhere leaves either nothing or
all of it, and the replay is the same batch at the same moment.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from coterie.core.actor import CLOCK, Actor
from coterie.core.event import Event, Move
from coterie.core.listener import Listener
from coterie.events.inbox import Inbox
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.roads import store
from coterie.scores.service import Scores
from coterie.segments.service import Segments
from coterie.storage import audit, leases
from coterie.storage.database import Database
from coterie.storage.leases import Lease
from coterie.storage.work import Work

HOPS = 16
"""A fact that causes a fact that causes a fact ... is stopped after so many."""

BATCH_EVENTS = 5_000

Observer = Callable[[str], None]
"""Told the name of each station as the road leaves it; for progress, metrics and crash tests."""

log = structlog.get_logger(__name__)


def nobody(_station: str) -> None:
    """Observe nothing."""


@dataclass
class Inbound:
    """The inbound road over one house's rooms. ``listeners`` are heard in their order."""

    database: Database
    inbox: Inbox
    profiles: Profiles
    log: Log
    scores: Scores
    segments: Segments
    listeners: Sequence[Listener[Work]]
    observe: Observer = field(default=nobody)

    def run(self, now: int, lease: Lease | None = None) -> bool:
        """Seal and carry one batch; return whether more waits already.

        A batch may be empty: then only what time brings is done. Raises Conflict when another
        process took the lease meanwhile, with nothing committed.
        """
        batch = self._seal(now)
        self.observe("sealed")
        with self.database.begin(CLOCK, batch.now) as work:
            events = self._contents(work, batch)
            facts = self._carry(work, events)
            facts += self._wake(work)
            self._keep(work, facts, events)
            # a listener with very many people due takes them in portions
            dues = [room.next_due(work) for room in self.listeners] if not facts else []
            unfinished = any(due is not None and due <= batch.now for due in dues)
            store.mark_carried(work, batch)
            if lease is not None:
                leases.check(work, lease)
            self.observe("carried")
        self.observe("committed")
        return bool(facts) or unfinished or self.inbox.last() > batch.last_entry

    def bulk(self, actor: Actor, now: int, events: Sequence[Event]) -> int:
        """Carry history by the bulk form of the same road; return how many events were new.

        For events marked as backfill: they move scores and segments and start nothing. Not
        sealed, since carrying the same ids again changes nothing.
        """
        with self.database.begin(actor, now) as work:
            return self.bulk_in(work, events)

    def bulk_in(self, work: Work, events: Sequence[Event]) -> int:
        """Carry history as ``bulk`` does, in a unit of work that keeps something else with it."""
        work.now = max(work.now, self.stood_at(work) or work.now)
        recognised = self.profiles.recognise(work, events)
        fresh = self.log.append_bulk(work, recognised)
        facts = self._after_log(work, recognised, fresh)
        self._keep(work, facts, events)
        return len(fresh)

    def tell(self, work: Work, facts: Sequence[Event]) -> None:
        """Keep facts that were born beside the road (an edit, a click) for the next batch."""
        self._keep(work, facts, [])

    def stir(self, work: Work, moves: Sequence[Move]) -> None:
        """Let the listeners hear moves that an edit caused, such as a redefined segment's."""
        self.tell(work, [fact for room in self.listeners for fact in room.hear(work, [], moves)])

    def retagged(self, work: Work, items: Collection[str]) -> None:
        """Derive anew what follows from items whose topics changed: scores, segments, moves."""
        if items:
            self.stir(work, self.segments.recheck(work, self.scores.retagged(work, items)))

    def stood_at(self, work: Work) -> int | None:
        """Return the moment of the newest batch: the house's time never runs behind it."""
        newest = store.newest_batch(work)
        return None if newest is None else newest.now

    def carried_until(self, work: Work) -> int:
        """Return the newest inbox entry that was carried, 0 before any was."""
        newest = store.newest_batch(work)
        if newest is None:
            return 0
        return newest.last_entry if newest.carried else newest.first_entry

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which time alone will change something, or None."""
        dues = [store.next_future(work), self.scores.next_due(work)]
        dues.append(self.segments.next_due(work))
        dues += [room.next_due(work) for room in self.listeners]
        return min((due for due in dues if due is not None), default=None)

    def _seal(self, now: int) -> store.Batch:
        with self.database.begin(CLOCK, now) as work:
            newest = store.newest_batch(work)
            if newest is not None and not newest.carried:
                return newest
            offset = newest.last_entry if newest else 0
            batch = store.Batch(
                id=newest.id + 1 if newest else 1,
                first_entry=offset,
                last_entry=self.inbox.reach(offset, BATCH_EVENTS),
                last_fact=store.last_fact(work, BATCH_EVENTS),
                now=max(now, newest.now) if newest else now,
                carried=False,
            )
            store.seal(work, batch)
        return batch

    def _contents(self, work: Work, batch: store.Batch) -> list[Event]:
        facts = store.facts_until(work, batch.last_fact)
        entries = self.inbox.between(batch.first_entry, batch.last_entry)
        return facts + [event for _, events in entries for event in events]

    def _carry(self, work: Work, events: Sequence[Event]) -> list[Event]:
        recognised = self.profiles.recognise(work, events)
        self.observe("recognised")
        fresh = self.log.append(work, recognised)
        self.observe("logged")
        return self._after_log(work, recognised, fresh)

    def _after_log(
        self, work: Work, recognised: Sequence[Event], fresh: Sequence[Event]
    ) -> list[Event]:
        # a repeated message may bring a new id, hence a new person: she is touched too
        known = {event.profile for event in fresh}
        repeated = {event.profile for event in recognised} - known
        changes = self.profiles.learn(work, fresh)
        self.observe("learned")
        self.scores.add(work, fresh)
        touched = repeated | changes.touched | self.scores.wake(work)
        self.observe("scored")
        moves = self.segments.reconsider(work, fresh, touched)
        self.observe("reconsidered")
        store.keep_future(work, [event for event in fresh if event.time > work.now])
        present = [event for event in fresh if event.time <= work.now]
        in_order = sorted(
            [*present, *store.take_future(work, work.now)], key=lambda event: event.time
        )
        facts: list[Event] = []
        for room in self.listeners:
            facts += room.hear(work, in_order, moves)
            self.observe(f"heard by {room.name}")
        return facts

    def _wake(self, work: Work) -> list[Event]:
        facts = [fact for room in self.listeners for fact in room.wake(work)]
        self.observe("woken")
        return facts

    def _keep(self, work: Work, facts: Sequence[Event], causes: Sequence[Event]) -> None:
        """Keep the new facts for the next batch; stop a chain that would never end."""
        hops: dict[int, int] = {}
        for event in causes:
            hops[event.profile] = max(hops.get(event.profile, 0), event.hop)
        born = [msgspec.structs.replace(fact, hop=hops.get(fact.profile, 0) + 1) for fact in facts]
        for fact in born:
            if fact.hop > HOPS:
                log.error("fact stopped", fact=fact.name, profile=fact.profile, hops=fact.hop)
                audit.record(work, "fact.stopped", fact.name, profile=fact.profile, id=fact.id)
        store.keep_facts(work, [fact for fact in born if fact.hop <= HOPS])
        self.observe("facts kept")
