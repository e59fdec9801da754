"""Event -> recognised -> logged -> learned -> scored -> reconsidered -> heard -> acts.

Called by the composition root's loop, the bulk import and the test harness. A batch is sealed
before it is carried and carried in one transaction: a crash anywhere leaves either nothing or
all of it, and the replay is the same batch at the same moment.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog
from pyroaring import BitMap

from coterie.core.actor import CLOCK, Actor
from coterie.core.clock import MINUTE
from coterie.core.event import Event, Move
from coterie.core.listener import Listener
from coterie.core.people import Keeper
from coterie.events.desk import Arrivals, joined
from coterie.events.inbox import Inbox
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.roads import store
from coterie.roads.collecting import uncollected
from coterie.roads.following import told
from coterie.scores.service import Scores
from coterie.scores.values.service import Worth
from coterie.segments.service import Segments
from coterie.storage import audit, leases
from coterie.storage.database import Database
from coterie.storage.leases import Lease
from coterie.storage.work import Work, in_chunks

HOPS = 16
"""A fact that causes a fact that causes a fact ... is stopped after so many."""

BATCH_EVENTS = 5_000

HISTORY = "coterie.history_came"
"""What the listeners hear, once for each person, of events that came by columns; never logged."""

OWED = 20_000
"""People whose scores are made anew in one transaction."""

LEFT = 10 * MINUTE
"""An import that has not gone on for so long was left: the road brings what it owes."""

Observer = Callable[[str], None]
"""Told the name of each station as the road leaves it; for progress, metrics and crash tests."""

log = structlog.get_logger(__name__)


def nobody(_station: str) -> None:
    """Observe nothing."""


Sift = Callable[[Work, Sequence[Event], Sequence[Event]], list[Event]]
"""Leaves out of a batch what the log holds already under another id: an order told before.

It is given the events as they came and, in the same order, as they were recognised.
"""


def everything(_work: Work, _came: Sequence[Event], recognised: Sequence[Event]) -> list[Event]:
    """Leave nothing out."""
    return list(recognised)


@dataclass
class Inbound:
    """The inbound road over one house's rooms. ``listeners`` are heard in their order.

    ``keepers`` let what they keep of people follow, in their order, when people turn out to be
    one, or part again.
    """

    database: Database
    inbox: Inbox
    profiles: Profiles
    log: Log
    scores: Scores
    worth: Worth
    segments: Segments
    listeners: Sequence[Listener[Work]]
    observe: Observer = field(default=nobody)
    sift: Sift = field(default=everything)
    keepers: Sequence[Keeper[Work]] = ()
    heeded: Mapping[str, str] = field(default_factory=dict)
    """Events that a room hears one by one even when they are history; by name, the property that
    such an event has."""

    def run(self, now: int, lease: Lease | None = None) -> bool:
        """Seal and carry one batch; return whether more waits already.

        A batch may be empty: then only what time brings is done. Raises Conflict when another
        process took the lease meanwhile, with nothing committed.
        """
        batch = self._seal(now)
        self.observe("sealed")
        with uncollected(), self.database.begin(CLOCK, batch.now) as work:
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
        unfinished |= self.settle_owed(batch.now, left=LEFT, lease=lease)
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
        spared = self.profiles.erasures.spared(work, events)
        recognised = self.profiles.recognise(work, spared)
        facts = self._follow(work)
        fresh = self.log.append_bulk(work, self.sift(work, spared, recognised))
        facts += self._after_log(work, recognised, fresh, _concerned(facts))
        self._keep(work, facts, events)
        return len(fresh)

    def take_in(self, work: Work, arrivals: Arrivals, single: Mapping[int, Event]) -> int:
        """Carry history that came in columns, and single events of it by row; count the new.

        What follows from the single ones follows at once; the others' people are owed their scores
        and segments, which ``settle_owed`` brings when the last portion is in.
        """
        work.now = max(work.now, self.stood_at(work) or work.now)
        came = self.profiles.erasures.spared(work, list(single.values()))
        row_of = {id(event): row for row, event in single.items()}
        recognised = self.profiles.recognise(work, came)
        facts = self._follow(work)
        sifted = self.sift(work, came, recognised)
        rows = _rows_of(sifted, recognised, [row_of[id(event)] for event in came])
        laid: list[Event] = []
        if rows:
            laid, beside = self.log.lay(work, rows, sifted)
            arrivals = joined([arrivals, beside])
        taken = self.log.take_in(work, arrivals)
        self.observe("history laid")
        new = set(rows).intersection(taken.rows.tolist()) if rows else set()
        fresh = [event for row, event in zip(rows, laid, strict=True) if row in new]
        if came:
            facts += self._after_log(work, recognised, fresh, _concerned(facts))
            self._keep(work, facts, came)
        people = BitMap(self.profiles.heads(work, taken.profiles).values())
        owed = store.owed(work)
        self.profiles.greet(work, list(people - owed.unscored if owed else people))
        store.owe(work, people)
        self.observe("history owed")
        return len(taken.rows)

    def settle_owed(
        self, now: int, *, left: int = 0, portion: int = OWED, lease: Lease | None = None
    ) -> bool:
        """Bring a portion of the scores that history is owed, then the segments; say if more is.

        With ``left``, only what nobody has gone on with for so long. The moves start nothing.
        """
        with self.database.begin(CLOCK, now) as work:
            owed = store.owed(work)
            if owed is None or work.now - owed.since < left:
                return False
            some = BitMap(list(owed.unscored[:portion]))
            people = set(self.profiles.heads(work, list(some)).values())
            self.scores.recompute(work, people)
            self.observe("owed scored")
            store.forgive(work)
            store.owe(work, owed.unscored - some)
            if lease is not None:
                leases.check(work, lease)
            asked = owed.unasked | BitMap(people)
            if len(owed.unscored) > portion:
                store.owe(work, asked, scored=True)
                return True
            heads = set(self.profiles.heads(work, list(asked)).values())
            heads |= set(self.worth.history_came(work))
            moves = self.segments.recheck(work, heads)
            quiet = [msgspec.structs.replace(move, backfill=True) for move in moves]
            self.stir(work, quiet)
            for some_heads in in_chunks(sorted(heads), portion):
                touched = [_history_of(head, work.now) for head in some_heads]
                facts = [fact for room in self.listeners for fact in room.hear(work, touched, [])]
                self.tell(work, facts)
        return False

    def tell(self, work: Work, facts: Sequence[Event]) -> None:
        """Keep facts that were born beside the road (an edit, a click) for the next batch."""
        self._keep(work, facts, [])

    def stir(self, work: Work, moves: Sequence[Move]) -> None:
        """Let the listeners hear moves that an edit caused, such as a redefined segment's."""
        self.tell(work, [fact for room in self.listeners for fact in room.hear(work, [], moves)])

    def retagged(self, work: Work, items: Collection[str]) -> None:
        """Derive anew what follows from items with other topics, and stores that are elsewhere."""
        if items:
            people = self.scores.retagged(work, items) | set(self.segments.choosing(work, items))
            self.stir(work, self.segments.recheck(work, people))

    def relisted(self, work: Work, people: BitMap) -> None:
        """Ask the rules again of people whose standing on a list changed; the moves stir."""
        if people:
            self.stir(work, self.segments.recheck(work, list(people)))

    def settle_shifts(self, work: Work) -> None:
        """Let everything follow who leads whom after an edit: people joined, or taken apart.

        Scores are counted anew, rules asked again; the moves stir the listeners.
        """
        facts = self._follow(work)
        if facts:
            self.tell(work, facts)
            self.stir(work, self.segments.recheck(work, _concerned(facts)))

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
        dues = [store.next_future(work), self.scores.next_due(work), self.worth.next_due(work)]
        dues.append(self.segments.next_due(work))
        dues += [room.next_due(work) for room in self.listeners]
        return min((due for due in dues if due is not None), default=None)

    def _seal(self, now: int) -> store.Batch:
        # on the disk before it is carried: even if the machine loses what the batch did, and what
        # went out of the house by it, the same batch at the same moment does the same again
        with self.database.begin(CLOCK, now, durable=True) as work:
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
        # what came before an erasure was known at the door is not carried either
        spared = self.profiles.erasures.spared(work, events)
        recognised = self.profiles.recognise(work, spared)
        self.observe("recognised")
        facts = self._follow(work)
        self.observe("followed")
        fresh = self.log.append(work, self.sift(work, spared, recognised))
        self.observe("logged")
        return facts + self._after_log(work, recognised, fresh, _concerned(facts))

    def _follow(self, work: Work) -> list[Event]:
        """Let all that is kept of people follow who leads them now; return the facts of it."""
        shifts = self.profiles.shifted(work)
        if not shifts:
            return []
        self.log.follow(work, shifts)
        for keeper in self.keepers:
            keeper.follow(work, shifts)
        return told(work, shifts, self.profiles.merged_by(work, {one.profile for one in shifts}))

    def _after_log(
        self,
        work: Work,
        recognised: Sequence[Event],
        fresh: Sequence[Event],
        shifted: Collection[int],
    ) -> list[Event]:
        # a repeated message may bring a new id, hence a new person: she is touched too
        known = {event.profile for event in fresh}
        repeated = {event.profile for event in recognised} - known
        changes = self.profiles.learn(work, fresh)
        self.observe("learned")
        self.scores.add(work, fresh)
        touched = repeated | changes.touched | self.scores.wake(work) | set(shifted)
        touched |= set(self.worth.add(work, fresh)) | set(self.worth.wake(work))
        self.observe("scored")
        moves = self._quieted(work, self.segments.reconsider(work, fresh, touched))
        self.observe("reconsidered")
        store.keep_future(work, [event for event in fresh if event.time > work.now])
        present = [event for event in fresh if event.time <= work.now]
        in_order = sorted([*present, *self._come_due(work)], key=lambda event: event.time)
        facts: list[Event] = []
        for room in self.listeners:
            facts += room.hear(work, in_order, moves)
            self.observe(f"heard by {room.name}")
        return facts

    def _quieted(self, work: Work, moves: Sequence[Move]) -> Sequence[Move]:
        """Mark moves as backfill of whom history came to, as long as she is owed what it brings.

        Segments see history as soon as it lies in the log, before its scores are made.
        """
        owed = store.owed(work) if moves else None
        if owed is None:
            return moves
        came = owed.unscored | owed.unasked
        heads = BitMap(self.profiles.heads(work, list(came)).values())
        return [
            msgspec.structs.replace(move, backfill=True) if move.profile in heads else move
            for move in moves
        ]

    def _come_due(self, work: Work) -> list[Event]:
        """Take out the events whose time has come; their people may have merged meanwhile."""
        due = store.take_future(work, work.now)
        heads = self.profiles.heads(work, {event.profile for event in due})
        return [msgspec.structs.replace(event, profile=heads[event.profile]) for event in due]

    def _wake(self, work: Work) -> list[Event]:
        facts = [fact for room in self.listeners for fact in room.wake(work)]
        self.observe("woken")
        return facts

    def _keep(self, work: Work, facts: Sequence[Event], causes: Sequence[Event]) -> None:
        """Keep the new facts for the next batch; stop a chain that would never end."""
        hops: dict[int, int] = {}
        for event in causes:
            if event.hop > hops.get(event.profile, 0):
                hops[event.profile] = event.hop
        born = [(fact, hops.get(fact.profile, 0) + 1) for fact in facts]
        for fact, hop in born:
            if hop > HOPS:
                log.error("fact stopped", fact=fact.name, profile=fact.profile, hops=hop)
                audit.record(work, "fact.stopped", fact.name, profile=fact.profile, id=fact.id)
        going = [(fact, hop) for fact, hop in born if hop <= HOPS]
        store.keep_facts(work, [fact for fact, _ in going], [hop for _, hop in going])
        self.observe("facts kept")


def _history_of(profile: int, now: int) -> Event:
    """Say that history of a person came in, so that what waits for her is looked at."""
    return Event(
        id=f"{HISTORY}:{profile}", type="fact", name=HISTORY, time=now, received=now, source="road",
        profile=profile, backfill=True,
    )  # fmt: skip


def _rows_of(
    sifted: Sequence[Event], recognised: Sequence[Event], rows: Sequence[int]
) -> list[int]:
    """Return the rows of the events that were kept; some were written anew, none changes places."""
    waiting = iter(zip(recognised, rows, strict=True))
    return [
        next(
            row
            for before, row in waiting
            if before is event
            or (before.name, before.time, before.came_with, before.profile)
            == (event.name, event.time, event.came_with, event.profile)
        )
        for event in sifted
    ]


def _concerned(facts: Sequence[Event]) -> set[int]:
    """Return the people whom facts of merges speak of."""
    return {fact.profile for fact in facts}
