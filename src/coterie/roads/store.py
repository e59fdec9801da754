"""The road's own tables: what is sealed, how far it has come, which facts wait to be carried."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec
from pyroaring import BitMap
from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, delete, func, select, update

from coterie.core.event import Event
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

batches = Table(
    "road_batches",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("first_entry", BigId, nullable=False),
    Column("last_entry", BigId, nullable=False),
    Column("last_fact", BigId, nullable=False),
    Column("now", Moment, nullable=False),
    Column("carried", Integer, nullable=False),
)

pending_facts = Table(
    "road_facts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # the ids are the order of birth, for ever
)
"""A row holds a portion of facts that were born together, in their order."""

future_events = Table(
    "road_future",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("due", Moment, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

owed_people = Table(
    "road_owed",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("people", LargeBinary, nullable=False),
    Column("scored", Boolean, nullable=False),
)
"""Bitmaps of people whose history came in bulk: their scores, then their segments, are owed."""

FACTS_IN_ROW = 500
_ORDERS = 1 << 20
"""Numbers for the orders of a row's facts: more than it ever holds."""


class Portion(msgspec.Struct, frozen=True, array_like=True):
    """Facts born together, and the hop of each."""

    facts: list[Event]
    hops: list[int]


_decoder = msgspec.msgpack.Decoder(Event)
_portions = msgspec.msgpack.Decoder(Portion)
_encoder = msgspec.msgpack.Encoder()


@dataclass(frozen=True)
class Batch:
    """A sealed batch: the inbox entries in (first, last], the facts up to one, and its moment.

    Sealing fixes what the batch holds, so that a replay after a crash carries the same events
    at the same ``now`` and gives birth to the same facts.
    """

    id: int
    first_entry: int
    last_entry: int
    last_fact: int
    now: int
    carried: bool


def newest_batch(work: Work) -> Batch | None:
    """Return the batch sealed last; only that one can be still uncarried."""
    row = work.connection.execute(select(batches).order_by(batches.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    return Batch(row.id, row.first_entry, row.last_entry, row.last_fact, row.now, bool(row.carried))


def seal(work: Work, batch: Batch) -> None:
    """Keep a batch's bounds before it is carried; those before it are no longer needed."""
    work.connection.execute(delete(batches))
    work.insert(batches, [{**_row(batch), "carried": 0}])


def mark_carried(work: Work, batch: Batch) -> None:
    """Commit the consumer's offset together with all that the batch did."""
    statement = batches.update().where(batches.c.id == batch.id).values(carried=1)
    work.connection.execute(statement)
    work.connection.execute(delete(pending_facts).where(pending_facts.c.id <= batch.last_fact))


def keep_facts(work: Work, facts: Sequence[Event], hops: Sequence[int] | None = None) -> None:
    """Keep new facts for the next batch, each with its hop; without ``hops`` as it has it."""
    numbers = [fact.hop for fact in facts] if hops is None else hops
    rows = []
    for start in range(0, len(facts), FACTS_IN_ROW):
        end = start + FACTS_IN_ROW
        portion = Portion(list(facts[start:end]), list(numbers[start:end]))
        rows.append({"count": len(portion.facts), "body": _encoder.encode(portion)})
    work.insert(pending_facts, rows)


def facts_until(work: Work, last: int) -> list[Event]:
    """Return the waiting facts up to and with one row, oldest first, as they travel the road."""
    query = select(pending_facts.c.id, pending_facts.c.body).where(pending_facts.c.id <= last)
    return [
        msgspec.structs.replace(
            fact,
            hop=hop,
            order=row.id * _ORDERS + place,
            came_with=fact.came_with or fact.profile,
        )
        for row in work.connection.execute(query.order_by(pending_facts.c.id))
        for place, (fact, hop) in enumerate(_pairs(row.body))
    ]


def strike_facts(work: Work, is_struck: Callable[[Event, bytes], bool]) -> int:
    """Take waiting facts off the road, judged by the fact and its bytes; return how many."""
    struck = 0
    for number, count, body in work.connection.execute(select(pending_facts)).all():
        left = [
            (fact, hop) for fact, hop in _pairs(body) if not is_struck(fact, _encoder.encode(fact))
        ]
        mine = pending_facts.c.id == number
        if not left:
            work.connection.execute(delete(pending_facts).where(mine))
        elif len(left) < count:
            kept = Portion([fact for fact, _ in left], [hop for _, hop in left])
            change = {"count": len(left), "body": _encoder.encode(kept)}
            work.connection.execute(update(pending_facts).where(mine).values(change))
        struck += count - len(left)
    return struck


def _pairs(body: bytes) -> Iterable[tuple[Event, int]]:
    portion = _portions.decode(body)
    return zip(portion.facts, portion.hops, strict=True)


def keep_future(work: Work, events: Sequence[Event]) -> None:
    """Keep events whose time has not come; they are heard when it has."""
    rows = [{"due": event.time, "body": _encoder.encode(event)} for event in events]
    work.insert(future_events, rows)


def take_future(work: Work, until: int) -> list[Event]:
    """Take out the events whose time has come, in the order of their time."""
    due = future_events.c.due <= until
    query = (
        select(future_events.c.body).where(due).order_by(future_events.c.due, future_events.c.id)
    )
    events = [_decoder.decode(row.body) for row in work.connection.execute(query)]
    if events:
        work.connection.execute(delete(future_events).where(due))
    return events


def next_future(work: Work) -> int | None:
    """Return when the next event from the future is due, None when there is none."""
    return work.connection.execute(select(func.min(future_events.c.due))).scalar()


def last_fact(work: Work, limit: int) -> int:
    """Return the id up to which the oldest rows make ``limit`` facts; 0 when none waits.

    At least one row is reached if there is any.
    """
    query = select(pending_facts.c.id, pending_facts.c.count).order_by(pending_facts.c.id)
    last, total = 0, 0
    for number, count in work.connection.execute(query.limit(limit)):
        if total and total + count > limit:
            break
        last, total = number, total + count
    return last


def _row(batch: Batch) -> dict[str, int]:
    return {
        "id": batch.id,
        "first_entry": batch.first_entry,
        "last_entry": batch.last_entry,
        "last_fact": batch.last_fact,
        "now": batch.now,
    }


@dataclass(frozen=True)
class Owed:
    """Whom the road owes something since history came in bulk, and since when it has not gone on.

    ``unscored`` are owed their scores, they and the ``unasked`` their segments.
    """

    unscored: BitMap
    unasked: BitMap
    since: int


def owed(work: Work) -> Owed | None:
    """Return what is owed, or None."""
    rows = list(work.connection.execute(select(owed_people)))
    if not rows:
        return None
    unscored, unasked = BitMap(), BitMap()
    for row in rows:
        (unasked if row.scored else unscored).update(BitMap.deserialize(row.people))
    return Owed(unscored, unasked, max(row.at for row in rows))


def owe(work: Work, people: BitMap, *, scored: bool = False) -> None:
    """Write down that people are owed their scores, or once they are ``scored`` their segments."""
    if people:
        row = {"at": work.now, "people": people.serialize(), "scored": scored}
        work.insert(owed_people, [row])


def forgive(work: Work) -> None:
    """Write down that nothing is owed."""
    work.connection.execute(delete(owed_people))
