"""The tables of customers and edges: what stands, and the marks that it is read off."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    delete,
    func,
    select,
)

from coterie.channels.wecom.mirror.marked.store import READY, Marks, Pair
from coterie.channels.wecom.mirror.marks import Mark, Standing
from coterie.channels.wecom.mirror.model import Edge
from coterie.channels.wecom.mirror.tags import store as tag_store
from coterie.storage.keeping import came_with, of_people
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

customer_rows = Table(
    "wecom_customers",
    metadata,
    Column("external", String(64), primary_key=True),
    Column("key", String(64), nullable=False, index=True),
    Column("profile", Integer, index=True),
    came_with(nullable=True),
    Column("digest", String(64)),
    Column("first", Moment, nullable=False),
    Column("pulled", Moment),
    Column("pull_due", Moment),
    Column("pull_tries", Integer, nullable=False),
)
_C = customer_rows.c
_to_pull = _C.pull_due.is_not(None)
Index("ix_wecom_customers_to_pull", _C.pull_due, sqlite_where=_to_pull, postgresql_where=_to_pull)

edge_rows = Table(
    "wecom_edges",
    metadata,
    Column("guide", String(64), primary_key=True),
    Column("external", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("since", Moment),
    Column("ended", Moment),
    Column("times", Integer, nullable=False),
    Column("state", String(64), nullable=False),
    Column("add_way", Integer),
    Column("remark", LargeBinary),
    Column("remark_digest", String(64)),
    Column("seen", Integer, nullable=False),
)
_E = edge_rows.c
Index(None, _E.external)

mark_rows = Table(
    "wecom_edge_marks",
    metadata,
    Column("guide", String(64), primary_key=True),
    Column("external", String(64), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("told", Boolean, nullable=False),
    Column("state", String(64), nullable=False),
    Column("detail", String(64), nullable=False),
    Column("stage", SmallInteger, nullable=False),
)
_M = mark_rows.c
Index(None, _M.external)
_ready = _M.stage == READY
Index("ix_wecom_edge_marks_ready", _M.at, sqlite_where=_ready, postgresql_where=_ready)
MARKS = Marks(
    mark_rows, ("guide", "external"), "external", {"state": "state", "detail": "detail"}
)  # fmt: skip
"""The marks of edges, each a guide's userid and a customer's external_userid."""

_LASTS = ("half", "normal")


# --- customers


def meet(work: Work, keys: Mapping[str, str]) -> None:
    """Write down customers who are not known yet, each with the digest of her identity."""
    rows = [
        {
            "external": one, "key": keys[one], "profile": None, "came_with": None, "digest": None,
            "first": work.now, "pulled": None, "pull_due": None, "pull_tries": 0,
        }
        for one in sorted(keys)
    ]  # fmt: skip
    work.insert_new(customer_rows, rows)


def strangers(work: Work, keys: Collection[str]) -> dict[str, str]:
    """Return the customers of these digests who are nobody's profile yet, by digest."""
    query = select(_C.key, _C.external).where(_C.profile.is_(None), work.among(_C.key, keys))
    return {row.key: row.external for row in work.connection.execute(query)} if keys else {}


def ask_for(work: Work, externals: Iterable[str], due: int) -> None:
    """Have customers read anew from a moment on."""
    rows = [{"external": one, "pull_due": due, "pull_tries": 0} for one in sorted(set(externals))]
    work.change(customer_rows, rows, key=["external"], change=["pull_due", "pull_tries"])


def to_pull(work: Work, limit: int) -> list[tuple[str, int]]:
    """Return who is to be read now, the longest due first, and how often it was tried."""
    query = (
        select(_C.external, _C.pull_tries)
        .where(_to_pull, _C.pull_due <= work.now)
        .order_by(_C.pull_due, _C.external)
        .limit(limit)
    )
    return [(row.external, row.pull_tries) for row in work.connection.execute(query)]


def next_pull(work: Work) -> int | None:
    """Return when the next customer is to be read."""
    return work.connection.execute(select(func.min(_C.pull_due)).where(_to_pull)).scalar()


def put_off(work: Work, tries: Mapping[str, tuple[int, int | None]]) -> None:
    """Note how often reading was tried, and when it is tried again; None: no more."""
    rows = [
        {"external": one, "pull_tries": times, "pull_due": due}
        for one, (times, due) in tries.items()
    ]
    work.change(customer_rows, rows, key=["external"], change=["pull_tries", "pull_due"])


def customers(work: Work, externals: Collection[str]) -> dict[str, Row[Any]]:
    """Return the rows of customers, by id."""
    query = select(customer_rows).where(work.among(_C.external, externals))
    return {row.external: row for row in work.connection.execute(query)} if externals else {}


def note_read(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what reads say of customers: ``external``, ``digest``, ``pulled``, ``pull_due``."""
    names = ["digest", "pulled", "pull_due"]
    work.change(customer_rows, rows, key=["external"], change=names)


def link(work: Work, people: Mapping[str, tuple[int, int]]) -> None:
    """Write whose customers are: (head, the profile that it came with) by id."""
    rows = [
        {"external": one, "profile": head, "came_with": born}
        for one, (head, born) in people.items()
    ]
    work.change(customer_rows, rows, key=["external"], change=["profile", "came_with"])


def externals_of(work: Work, profiles: Collection[int]) -> dict[int, list[str]]:
    """Return the ids of people, in order."""
    found: dict[int, list[str]] = {}
    query = select(_C.profile, _C.external).order_by(_C.external)
    for chunk in in_chunks(sorted(profiles)):
        for row in work.connection.execute(query.where(_C.profile.in_(chunk))):
            found.setdefault(row.profile, []).append(row.external)
    return found


def externals_of_born(work: Work, profiles: Collection[int]) -> set[str]:
    """Return the ids that these profiles have now, or that were born to them."""
    return {
        one
        for chunk in in_chunks(sorted(profiles))
        for one in work.connection.execute(
            select(_C.external).where(of_people(customer_rows, chunk))
        ).scalars()
    }


def profiles_of(work: Work, externals: Collection[str]) -> dict[str, int]:
    """Return whose these ids are, as far as the road has brought them."""
    query = select(_C.external, _C.profile).where(
        _C.profile.is_not(None), work.among(_C.external, externals)
    )
    found = work.connection.execute(query) if externals else ()
    return {row.external: row.profile for row in found}


# --- edges and their marks


def ready(work: Work, limit: int) -> list[Row[Any]]:
    """Return marks that are to be told on, the earliest first, with the edge's code and way."""
    query = (
        select(mark_rows, _E.add_way, _E.state.label("edge_state"), _E.since)
        .join(edge_rows, (_E.guide == _M.guide) & (_E.external == _M.external))
        .where(_ready)
        .order_by(_M.at, _M.guide, _M.external, _M.kind)
        .limit(limit)
    )
    return list(work.connection.execute(query))


def history(work: Work, guide: str, external: str) -> list[Mark]:
    """Return the story of an edge, oldest first."""
    marks = MARKS.of(work, [external]).get((guide, external), [])
    return sorted(marks, key=lambda mark: mark.at)


def write_standings(work: Work, some: Mapping[Pair, Standing]) -> None:
    """Write what the marks of edges come to; what a read added stays."""
    present = _raw(work, {external for _, external in some})
    rows = []
    for (guide, external), now in some.items():
        before = present.get((guide, external))
        same = before is not None and before.times == now.times
        rows.append(
            {
                "guide": guide, "external": external, "status": now.status, "since": now.since,
                "ended": now.ended, "times": now.times, "remark": None, "remark_digest": None,
                "state": now.state or (before.state if before is not None and same else ""),
                "add_way": before.add_way if before is not None and same else None, "seen": 0,
            }
        )  # fmt: skip
    change = ["status", "since", "ended", "times", "state", "add_way"]
    work.upsert(edge_rows, rows, key=["guide", "external"], change=change)


def write_details(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what reads say of edges: state, way, sealed remark."""
    names = ["state", "add_way", "remark", "remark_digest"]
    work.change(edge_rows, rows, key=["guide", "external"], change=names)


def note_seen(work: Work, pairs: Iterable[Pair], sync: int) -> None:
    """Note that a reconcile has seen edges."""
    rows = [{"guide": guide, "external": one, "seen": sync} for guide, one in pairs]
    work.change(edge_rows, rows, key=["guide", "external"], change=["seen"])


def unseen(work: Work, guides: Collection[str], sync: int, before: int) -> list[Pair]:
    """Return edges of guides that stand since before a moment and that a reconcile did not see.

    Half ones are on no list of the platform's, so they are not missed.
    """
    query = select(_E.guide, _E.external).where(
        _E.guide.in_(sorted(guides)), _E.status == "normal", _E.seen != sync, _E.since < before
    )
    return [(row.guide, row.external) for row in work.connection.execute(query)]


def _raw(work: Work, externals: Collection[str]) -> dict[Pair, Row[Any]]:
    if not externals:
        return {}
    query = select(edge_rows).where(work.among(_E.external, externals))
    return {(row.guide, row.external): row for row in work.connection.execute(query)}


def details(work: Work, externals: Collection[str]) -> dict[Pair, Row[Any]]:
    """Return the rows of these customers' edges, sealed remarks among them."""
    return _raw(work, externals)


def edges(work: Work, externals: Collection[str]) -> dict[str, list[Edge]]:
    """Return the edges of customers, those that last first, then the latest."""
    tags = tag_store.lying(work, externals)
    found: dict[str, list[Edge]] = {}
    for pair, row in _raw(work, externals).items():
        if row.status == "none":
            continue
        found.setdefault(row.external, []).append(_edge(row, tags.get(pair, ())))
    for some in found.values():
        some.sort(key=lambda one: (not one.lasts, -(one.since or 0), one.guide))
    return found


def of_guide(work: Work, guide: str, *, lasting: bool, limit: int | None, after: str) -> list[Edge]:
    """Return a guide's edges in the order of customers' ids, from after one on."""
    query = select(edge_rows).where(_E.guide == guide, _E.external > after).order_by(_E.external)
    if lasting:
        query = query.where(_E.status.in_(_LASTS))
    rows = list(work.connection.execute(query.limit(limit)))
    tags = tag_store.lying(work, {row.external for row in rows})
    return [_edge(row, tags.get((row.guide, row.external), ())) for row in rows]


def _edge(row: Row[Any], tags: Iterable[str]) -> Edge:
    return Edge(
        row.guide, row.external, row.status, row.since, row.ended, row.state, row.add_way,
        row.times, tuple(sorted(tags)),
    )  # fmt: skip


def lasting_of(work: Work, externals: Collection[str]) -> list[Row[Any]]:
    """Return (guide, external, since, state, add_way) of the edges that stand."""
    if not externals:
        return []
    query = (
        select(_E.guide, _E.external, _E.since, _E.state, _E.add_way)
        .where(_E.status.in_(_LASTS), work.among(_E.external, externals))
        .order_by(_E.external, _E.since, _E.guide)
    )
    return list(work.connection.execute(query))


# --- keeping


def rename(work: Work, before: str, after: str) -> None:
    """Give a guide another userid."""
    tag_store.rename(work, before, after)
    for table in (edge_rows, mark_rows):
        statement = table.update().where(table.c.guide == before).values(guide=after)
        work.connection.execute(statement)


def forget(work: Work, externals: Collection[str]) -> dict[str, int]:
    """Remove all that is kept of customers; count rows by table."""
    counts = {}
    for table in (mark_rows, edge_rows, customer_rows):
        counts[table.name] = sum(
            work.connection.execute(delete(table).where(table.c.external.in_(chunk))).rowcount
            for chunk in in_chunks(sorted(externals))
        )
    return counts


def count(work: Work) -> tuple[int, int, int]:
    """Count customers, edges that stand, and customers who wait to be read."""
    customers_ = select(func.count()).select_from(customer_rows)
    edges_ = select(func.count()).select_from(edge_rows).where(_E.status.in_(_LASTS))
    waiting = select(func.count()).select_from(customer_rows).where(_to_pull)
    queries = (customers_, edges_, waiting)
    customers, edges, unread = (int(work.connection.execute(one).scalar_one()) for one in queries)
    return customers, edges, unread
