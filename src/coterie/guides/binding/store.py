"""The tables of binding: touches as they came, spans as they were settled, and corrections.

That nobody has two owners at an instant is the database's own law, on SQLite as on PostgreSQL,
without triggers or extensions: the spans of a person form a chain. ``previous`` is the end of the
span before (a foreign key to it), at most one span follows each (unique), at most one is the first
(unique where ``previous`` is null), a span begins no earlier than its predecessor ends (check) and
has a length (check). So ends grow along the chain, every span hangs on it, and no two overlap.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
)

from coterie.core.people import Shift
from coterie.guides.binding.model import Correction, Held, Rules, Span, Touch
from coterie.storage import keeping
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

touches = Table(
    "guide_touches",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("profile", Integer, nullable=False),
    keeping.came_with(),
    Column("at", Moment, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("guide", String(64)),
    Column("store", String(64)),
    Column("cause", String, nullable=False, unique=True),
    Column("label", String, nullable=False),
    Index("ix_guide_touches_profile_at", "profile", "at"),
    Index("ix_guide_touches_guide_at", "guide", "at"),
)

spans = Table(
    "guide_bindings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("profile", Integer, nullable=False),
    Column("guide", String(64)),
    Column("store", String(64)),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("previous", BigInteger),
    Column("protected", Moment, nullable=False),
    Column("valid", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("why", String(12), nullable=False),
    Column("cause", String, nullable=False),
    Column("ending", String(12), nullable=False),
    Column("before", String(64)),
    Column("told", Boolean, nullable=False),
    UniqueConstraint("profile", "until", name="uq_guide_bindings_profile_until"),
    UniqueConstraint("profile", "previous", name="uq_guide_bindings_profile_previous"),
    ForeignKeyConstraint(
        ["profile", "previous"], ["guide_bindings.profile", "guide_bindings.until"],
        name="fk_guide_bindings_previous",
    ),
    CheckConstraint("since < until", name="ck_guide_bindings_has_a_length"),
    CheckConstraint("previous <= since", name="ck_guide_bindings_after_the_one_before"),
)  # fmt: skip
_b, _t = spans.c, touches.c
Index(
    "ix_guide_bindings_first", _b.profile, unique=True,
    sqlite_where=_b.previous.is_(None), postgresql_where=_b.previous.is_(None),
)  # fmt: skip
Index("ix_guide_bindings_guide_until", _b.guide, _b.until)
Index("ix_guide_bindings_store_until", _b.store, _b.until)
_untold = _b.told.is_(False)
Index("ix_guide_bindings_untold", _b.until, sqlite_where=_untold, postgresql_where=_untold)

corrections = Table(
    "guide_binding_corrections",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("profile", Integer, nullable=False, index=True),
    keeping.came_with(),
    Column("at", Moment, nullable=False),
    Column("cause", String, nullable=False),
    Column("changed_from", Moment, nullable=False),
    Column("was", JSON, nullable=False),
    Column("became", JSON, nullable=False),
)

rule_rows = Table(
    "guide_rules",
    metadata,
    Column("since", Moment, primary_key=True, autoincrement=False),
    Column("rules", JSON, nullable=False),
    Column("by", String, nullable=False),
)


# --- rules


def read_rules(work: Work) -> list[Rules]:
    """Return the rules by when they began; the first ones hold from ever."""
    rows = work.connection.execute(select(rule_rows).order_by(rule_rows.c.since))
    return [Rules(), *(Rules(since=row.since, **row.rules) for row in rows)]


def write_rules(work: Work, rules: Rules) -> None:
    """Write the rules that hold from a moment on."""
    row = {"since": rules.since, "rules": rules.plain(), "by": str(work.actor)}
    work.upsert(rule_rows, [row], key=("since",), change=("rules", "by"))


# --- touches


def add_touches(work: Work, given: Iterable[tuple[int, int, Touch]]) -> set[str]:
    """Write touches of (profile, the profile it came with); return the causes of the new ones."""
    rows = {
        one.cause: {
            "profile": profile, "came_with": came_with, "at": one.at, "kind": one.kind,
            "guide": one.guide, "store": one.store, "cause": one.cause, "label": one.label,
        }
        for profile, came_with, one in given
    }  # fmt: skip
    known: set[str] = set()
    for chunk in in_chunks(rows):
        query = select(_t.cause).where(_t.cause.in_(chunk))
        known.update(work.connection.execute(query).scalars())
    work.insert(touches, [row for cause, row in rows.items() if cause not in known])
    return rows.keys() - known


def touches_of(work: Work, profiles: Collection[int]) -> dict[int, list[Touch]]:
    """Return people's touches, in the order in which they count; every asked one has a key."""
    found: dict[int, list[Touch]] = {profile: [] for profile in profiles}
    for chunk in in_chunks(sorted(profiles)):
        query = select(touches).where(_t.profile.in_(chunk)).order_by(_t.at)
        for row in work.connection.execute(query):
            found[row.profile].append(
                Touch(row.at, row.kind, row.guide, row.store, row.cause, row.label)
            )
    for each in found.values():
        each.sort(key=lambda one: one.order)
    return found


def last_touches(work: Work, profiles: Collection[int]) -> dict[int, int]:
    """Return the moment of people's last touch; none of whom has none."""
    found: dict[int, int] = {}
    for chunk in in_chunks(sorted(profiles)):
        query = (
            select(_t.profile, func.max(_t.at).label("at"))
            .where(_t.profile.in_(chunk))
            .group_by(_t.profile)
        )
        found.update({row.profile: row.at for row in work.connection.execute(query)})
    return found


# --- spans


def last_spans(work: Work, profiles: Collection[int]) -> dict[int, Held]:
    """Return people's last spans."""
    found: dict[int, Held] = {}
    for chunk in in_chunks(sorted(profiles)):
        newest = (
            select(_b.profile, func.max(_b.until).label("until"))
            .where(_b.profile.in_(chunk))
            .group_by(_b.profile)
            .subquery()
        )
        query = select(spans).join(
            newest, and_(_b.profile == newest.c.profile, _b.until == newest.c.until)
        )
        found.update({row.profile: _held(row) for row in work.connection.execute(query)})
    return found


def spans_of(work: Work, profiles: Collection[int]) -> dict[int, list[Held]]:
    """Return all spans of people, the oldest first; every asked one has a key."""
    found: dict[int, list[Held]] = {profile: [] for profile in profiles}
    for chunk in in_chunks(sorted(profiles)):
        query = select(spans).where(_b.profile.in_(chunk)).order_by(_b.since)
        for row in work.connection.execute(query):
            found[row.profile].append(_held(row))
    return found


def owners(work: Work, profiles: Collection[int], at: int) -> dict[int, Span]:
    """Return the span that each of these people was in at a moment."""
    found: dict[int, Span] = {}
    for chunk in in_chunks(sorted(profiles)):
        query = select(spans).where(_b.profile.in_(chunk), _b.since <= at, _b.until > at)
        found.update({row.profile: _span(row) for row in work.connection.execute(query)})
    return found


def write_spans(
    work: Work, changes: Mapping[int, tuple[Sequence[Held], Sequence[Span], bool]]
) -> None:
    """Let people's spans be as settled: the ones before, those that take their place, and if told.

    What the spans before the first one given ended with stays.
    """
    gone, altered, fresh = [], [], []
    for profile, (before, after, told) in changes.items():
        same = 0
        while same < min(len(before), len(after)) and before[same].span == after[same]:
            same += 1
        stays = len(before) == same + 1 and len(after) > same
        if stays and before[same].span.since == after[same].since:
            is_last = same + 1 == len(after)
            altered.append({"id": before[same].id, **_row(after[same], told or not is_last)})
            same += 1
        else:
            gone += [one.id for one in before[same:]]
        fresh += _chained(profile, before, after, same, told)
    for chunk in in_chunks(sorted(gone, reverse=True)):
        work.connection.execute(delete(spans).where(_b.id.in_(chunk)))
    names = [name for name in altered[0] if name != "id"] if altered else []
    work.change(spans, altered, key=["id"], change=names)
    work.insert(spans, fresh)


def _chained(
    profile: int, before: Sequence[Held], after: Sequence[Span], start: int, told: bool
) -> list[dict[str, Any]]:
    rows = []
    for number in range(start, len(after)):
        previous: int | None = after[number - 1].until if number else _before_all(before)
        is_last = number + 1 == len(after)
        row = _row(after[number], told or not is_last)
        rows.append({"profile": profile, "previous": previous, **row})
    return rows


def _before_all(before: Sequence[Held]) -> int | None:
    """Return what the first span given hung on: spans before it that nobody looked at."""
    return before[0].previous if before else None


def _row(span: Span, told: bool) -> dict[str, Any]:
    return {
        "guide": span.guide, "store": span.store, "since": span.since, "until": span.until,
        "protected": span.protected, "valid": span.valid, "seen": span.seen, "why": span.why,
        "cause": span.cause, "ending": span.end, "before": span.before, "told": told,
    }  # fmt: skip


def _held(row: Row[Any]) -> Held:
    return Held(row.profile, _span(row), row.id, row.previous, row.told)


def _span(row: Row[Any]) -> Span:
    return Span(
        row.guide, row.store, row.since, row.until, row.protected, row.valid, row.seen, row.why,
        row.cause, row.ending, row.before,
    )  # fmt: skip


def owned_by(work: Work, guide: str, at: int) -> list[int]:
    """Return whose guide somebody is at a moment, those who came last first."""
    query = select(_b.profile).where(_b.guide == guide, _b.since <= at, _b.until > at)
    return list(work.connection.execute(query.order_by(_b.since.desc(), _b.profile)).scalars())


def left_by(work: Work, guide: str, at: int) -> list[int]:
    """Return whom a store holds in trust at a moment since a guide left."""
    query = select(_b.profile).where(
        _b.guide.is_(None), _b.before == guide, _b.since <= at, _b.until > at
    )
    return list(work.connection.execute(query.order_by(_b.profile)).scalars())


def of_store(work: Work, store: str, at: int) -> set[int]:
    """Return who belongs to a store at a moment."""
    query = select(_b.profile).where(_b.store == store, _b.since <= at, _b.until > at)
    return set(work.connection.execute(query).scalars())


def counts(work: Work, by: str, at: int) -> dict[str | None, int]:
    """Count the customers of each guide, or of each store, at a moment; None: who has none."""
    column = _b[by]
    query = (
        select(column.label("whose"), func.count().label("n"))
        .where(_b.since <= at, _b.until > at)
        .group_by(column)
    )
    return {row.whose: row.n for row in work.connection.execute(query)}


def page(
    work: Work, *, guide: str | None, store: str | None, kept: bool, limit: int, offset: int
) -> list[Held]:
    """Return bindings of now (or those that ended), the newest first, narrowed."""
    query = select(spans).where(_b.since <= work.now)
    query = query.where(_b.until > work.now if kept else _b.until <= work.now)
    if guide is not None:
        query = query.where(_b.guide == guide)
    if store is not None:
        query = query.where(_b.store == store)
    newest = (_b.since if kept else _b.until).desc()
    rows = work.connection.execute(query.order_by(newest, _b.id).limit(limit).offset(offset))
    return [_held(row) for row in rows]


def touched_by(work: Work, guides: Collection[str], stores: Collection[str]) -> set[int]:
    """Return who has, or had, a span of one of these guides or stores."""
    query = select(_b.profile).where(
        or_(_b.guide.in_(sorted(guides)), _b.before.in_(sorted(guides)),
            _b.store.in_(sorted(stores)),
            _b.cause.in_([f"closed:{one}" for one in sorted(stores)])),
    )  # fmt: skip
    return set(work.connection.execute(query).scalars())


def untold(work: Work, limit: int) -> list[Held]:
    """Return spans that ended by themselves, and nobody was told yet."""
    query = select(spans).where(_untold, _b.until <= work.now).order_by(_b.until, _b.id)
    return [_held(row) for row in work.connection.execute(query.limit(limit))]


def tell(work: Work, given: Sequence[Held]) -> None:
    """Mark the ends of spans as told."""
    work.change(spans, [{"id": one.id, "told": True} for one in given], key=["id"], change=["told"])


def next_due(work: Work) -> int | None:
    """Return when the next binding ends by itself."""
    return work.connection.execute(select(func.min(_b.until)).where(_untold)).scalar()


# --- corrections


def add_corrections(work: Work, given: Mapping[int, Correction]) -> None:
    """Write what was settled otherwise."""
    work.insert(corrections, [{"profile": profile, **vars(one)} for profile, one in given.items()])


def corrections_of(work: Work, profile: int) -> list[Correction]:
    """Return what was settled otherwise of a person, the newest first."""
    c = corrections.c
    query = select(corrections).where(c.profile == profile).order_by(c.id.desc())
    return [
        Correction(row.at, row.cause, row.changed_from, row.was, row.became)
        for row in work.connection.execute(query)
    ]


# --- people


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let touches and corrections follow the people; spans are settled anew from them."""
    keeping.follow(work, touches, shifts)
    keeping.follow(work, corrections, shifts)


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Delete what is kept of people."""
    found = {table.name: 0 for table in (touches, spans, corrections)}
    for chunk in in_chunks(sorted(profiles)):
        statement = delete(spans).where(_b.profile.in_(chunk))
        found[spans.name] += work.connection.execute(statement).rowcount
        for table in (touches, corrections):
            statement = delete(table).where(keeping.of_people(table, chunk))
            found[table.name] += work.connection.execute(statement).rowcount
    return found
