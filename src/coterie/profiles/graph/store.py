"""Identities, their links, and who leads whom: tables, reads, writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    or_,
    select,
    update,
)

from coterie.core.ids import uuid7
from coterie.profiles.graph.model import Link, LinkKey, Node
from coterie.profiles.store import of_many, profile_rows
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

identity_rows = Table(
    "identities",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("profile", Integer, ForeignKey("profiles.id"), nullable=False),
    Column("owns", Boolean, nullable=False),
    Column("person", Integer, index=True),
    Column("shared", String(8)),
    Column("sealed", LargeBinary, nullable=False),
    Column("source", String, nullable=False),
    Column("first_seen", Moment, nullable=False),
    UniqueConstraint("kind", "digest"),
    Index(None, "first_seen", "person"),
)
"""``profile`` is whose key seals it: its own, or its carrier's. ``person`` is the head that it
leads to, NULL when it leads to nobody."""

seen_rows = Table(
    "identity_seen",
    metadata,
    Column("identity", Integer, primary_key=True, autoincrement=False),
    Column("person", Integer),
    Column("last_seen", Moment, nullable=False),
    Index(None, "last_seen", "person"),
)
"""What changes all the time of an identity, a narrow row each: many lie on a page. ``person`` is
the identity's, for the index."""

link_rows = Table(
    "identity_links",
    metadata,
    Column("identity", Integer, primary_key=True, autoincrement=False),
    Column("other", Integer, primary_key=True, autoincrement=False, index=True),
    Column("how", String(8), primary_key=True),
    Column("time", Moment, nullable=False),
    Column("message_id", String, nullable=False),
    Column("source", String, nullable=False),
    Column("void", Boolean, nullable=False),
    sqlite_with_rowid=False,  # the key is the row
)
"""``identity`` carried an event that named ``other``. ``void``: an operator took them apart."""

stamp_rows = Table(
    "identity_stamp",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("stamp", String(36), nullable=False),
)
"""Changes whenever who leads whom does, so that what is kept in memory can be trusted."""

_STAMP = "profiles.stamp"
_TOGETHER = 20
"""Identities that are changed by one statement rather than one by one."""

Values = Mapping[str, Any]

_NODE = (
    identity_rows.c.id,
    identity_rows.c.kind,
    identity_rows.c.digest,
    identity_rows.c.profile,
    identity_rows.c.owns,
    identity_rows.c.person,
    identity_rows.c.shared,
    identity_rows.c.source,
    identity_rows.c.first_seen,
)
_BOTH = identity_rows.join(seen_rows, seen_rows.c.identity == identity_rows.c.id)
_NODES = select(*_NODE, seen_rows.c.last_seen).select_from(_BOTH)


# Identities


def next_identity(work: Work) -> int:
    """Return the first number free for a new identity."""
    return (work.connection.execute(select(func.max(identity_rows.c.id))).scalar() or 0) + 1


def by_digest(work: Work, digests: Mapping[str, Collection[str]]) -> list[Node]:
    """Read the identities of these digests, given by kind; without their values."""
    found: list[Node] = []
    for kind, of_kind in digests.items():
        query = _NODES.where(identity_rows.c.kind == kind)
        found += _nodes(work, query, identity_rows.c.digest, of_kind)
    return found


def by_id(work: Work, ids: Iterable[int]) -> list[Node]:
    """Read identities by number; without their values."""
    return _nodes(work, _NODES, identity_rows.c.id, ids)


def of_people(work: Work, heads: Iterable[int]) -> list[Node]:
    """Read the identities that lead to people; without their values."""
    return _nodes(work, _NODES, identity_rows.c.person, heads)


def first_seen(work: Work, heads: Collection[int]) -> dict[int, int]:
    """Read when each of these people was seen first by any identity of hers."""
    mine = identity_rows.c
    query = select(mine.person, func.min(mine.first_seen)).group_by(mine.person)
    rows = work.connection.execute(query.where(work.among(mine.person, list(heads))))
    return {row[0]: row[1] for row in rows}


def _nodes(work: Work, query: Any, column: Any, values: Iterable[Any]) -> list[Node]:
    """Read identities as the driver gives them: to wrap so many rows costs most of the time."""
    rows = work.connection.execute(query.where(work.among(column, list(values)))).cursor.fetchall()
    return [
        Node(number, kind, "", digest, profile, bool(owns), *rest)
        for number, kind, digest, profile, owns, *rest in rows
    ]


def sealed_values(work: Work, ids: Iterable[int]) -> dict[int, tuple[int, bytes]]:
    """Read identities' sealed values: (whose key seals it, the value) by number."""
    mine = identity_rows.c
    query = select(mine.id, mine.profile, mine.sealed)
    return {row.id: (row.profile, row.sealed) for row in of_many(work, query, mine.id, ids)}


def ids_of_kinds(work: Work, heads: Iterable[int], kinds: Collection[str]) -> list[Row[Any]]:
    """Read (id, kind, person, profile, sealed) of people's ids of some kinds, eldest first."""
    mine = identity_rows.c
    query = select(mine.id, mine.kind, mine.person, mine.profile, mine.sealed)
    rows = of_many(work, query.order_by(mine.first_seen, mine.digest), mine.person, heads)
    # told apart here: asked for kinds too, SQLite walks all identities of a kind
    return [row for row in rows if row.kind in kinds] if kinds else rows


def write_new(work: Work, nodes: Iterable[tuple[Node, bytes]]) -> None:
    """Write new identities with their sealed values."""
    names = [column.name for column in _NODE]
    values, given = attrgetter(*names), list(nodes)
    rows = [(*values(node), sealed) for node, sealed in given]
    work.insert_rows(identity_rows, (*names, "sealed"), rows)
    _write_first_seen(work, [(node.id, node.person, node.last_seen) for node, _ in given])


def write_carriers(
    work: Work, kind: str, source: str, rows: Sequence[tuple[str, int, int, bytes, int, int]]
) -> None:
    """Write very many new identities of a kind, each with a profile of its own.

    Given as (digest, identity, profile, sealed value, first seen, last seen).
    """
    names = (
        "kind", "digest", "id", "profile", "owns", "person", "sealed", "source", "first_seen",
    )  # fmt: skip
    work.insert_rows(
        identity_rows,
        names,
        [
            (kind, digest, number, profile, True, profile, sealed, source, first)
            for digest, number, profile, sealed, first, _ in rows
        ],
    )
    _write_first_seen(work, [(number, profile, last) for _, number, profile, _, _, last in rows])


def _write_first_seen(work: Work, rows: Sequence[tuple[int, int | None, int]]) -> None:
    work.insert_rows(seen_rows, ("identity", "person", "last_seen"), rows)


def write_seen(work: Work, nodes: Iterable[Node]) -> None:
    """Write when known identities were seen."""
    seen = sorted(nodes, key=attrgetter("id"))  # as they lie
    first = [{"id": one.id, "first_seen": one.first_seen} for one in seen if one.is_earlier]
    work.change(identity_rows, first, key=["id"], change=["first_seen"])
    last = [
        {"identity": one.id, "last_seen": one.last_seen}
        for one in seen
        if one.is_earlier or one.is_later
    ]
    work.change(seen_rows, last, key=["identity"], change=["last_seen"])


def see_later(work: Work, seen: Iterable[tuple[int, int]]) -> None:
    """Let identities have been seen last at moments, (number, last), if it was not later yet.

    Most have the same moment, to its grain: those of one are written together.
    """
    mine = seen_rows.c
    together: defaultdict[int, list[int]] = defaultdict(list)
    for number, last in seen:
        together[last].append(number)
    few = {last: numbers for last, numbers in together.items() if len(numbers) < _TOGETHER}
    for last, numbers in together.items():
        if last not in few:
            those = work.among(mine.identity, numbers), mine.last_seen < last
            work.connection.execute(update(seen_rows).where(*those).values(last_seen=last))
    rows = [{"which": number, "last": last} for last, some in few.items() for number in some]
    if rows:
        those = mine.identity == bindparam("which"), mine.last_seen < bindparam("last")
        later: Values = {"last_seen": bindparam("last")}
        rows.sort(key=itemgetter("which"))
        work.connection.execute(update(seen_rows).where(*those).values(later), rows)


def write_homes(work: Work, nodes: Iterable[tuple[Node, bytes]]) -> None:
    """Write whose key seals identities from now on, and the values sealed with it."""
    home: Values = {
        "profile": bindparam("whose"),
        "sealed": bindparam("data"),
        "owns": bindparam("own"),
    }
    rows = [
        {"which": one.id, "whose": one.profile, "data": sealed, "own": one.owns}
        for one, sealed in nodes
    ]
    _update(work, identity_rows, identity_rows.c.id, home, rows)


def write_people(work: Work, nodes: Iterable[Node]) -> None:
    """Write whom identities lead to, and whether they are shared."""
    led: Values = {"person": bindparam("head"), "shared": bindparam("why")}
    rows = [{"which": one.id, "head": one.person, "why": one.shared} for one in nodes]
    _update(work, identity_rows, identity_rows.c.id, led, rows)
    people = [{"identity": row["which"], "person": row["head"]} for row in rows]
    work.change(seen_rows, people, key=["identity"], change=["person"])


def _update(work: Work, table: Table, key: Any, values: Values, rows: list[dict[str, Any]]) -> None:
    if rows:
        statement = update(table).where(key == bindparam("which")).values(values)
        work.connection.execute(statement, rows)


# Links


def links_of(work: Work, carriers: Iterable[int]) -> list[Link]:
    """Read the links of identities that carried events.

    Not by the others: a shop's tablet rode along with thousands.
    """
    return [_link(row) for row in of_many(work, select(link_rows), link_rows.c.identity, carriers)]


def links_at(work: Work, ids: Iterable[int]) -> list[Link]:
    """Read the links that have one of these identities at either end; some come twice."""
    found: list[Link] = []
    for chunk in in_chunks(ids, 2_500):
        ends = or_(link_rows.c.identity.in_(chunk), link_rows.c.other.in_(chunk))
        found += map(_link, work.connection.execute(select(link_rows).where(ends)))
    return found


def _link(row: Any) -> Link:
    return Link(*row)


def write_links(work: Work, links: Iterable[Link]) -> None:
    """Keep links; one that is there already takes the time, and is in force (or void) as given."""
    names = ("identity", "other", "how", "time", "message_id", "source", "void")
    rows = [{name: getattr(link, name) for name in names} for link in links]
    work.upsert(link_rows, rows, key=names[:3], change=names[3:])


def void_links(work: Work, keys: Iterable[LinkKey], *, void: bool) -> None:
    """Put links out of force, or back into it."""
    rows = [{"one": one, "two": two, "by": how, "out": void} for one, two, how in keys]
    if rows:
        statement = (
            update(link_rows)
            .where(
                link_rows.c.identity == bindparam("one"),
                link_rows.c.other == bindparam("two"),
                link_rows.c.how == bindparam("by"),
            )
            .values(void=bindparam("out"))
        )
        work.connection.execute(statement, rows)


# Who leads whom


def write_heads(work: Work, heads: Mapping[int, int]) -> None:
    """Write who leads profiles."""
    rows = [{"which": profile, "lead": head} for profile, head in heads.items()]
    _update(work, profile_rows, profile_rows.c.id, {"head": bindparam("lead")}, rows)


def led(work: Work) -> Sequence[Row[int, int]]:
    """Read (profile, head) of everybody who is led by another, in order."""
    columns = profile_rows.c.id, profile_rows.c.head
    query = select(*columns).where(profile_rows.c.head != profile_rows.c.id)
    return work.connection.execute(query.order_by(profile_rows.c.id)).all()


def erased(work: Work) -> list[int]:
    """Read the profiles that were erased."""
    query = select(profile_rows.c.id).where(profile_rows.c.erased.is_not(None))
    return list(work.connection.execute(query).scalars())


def stamp(work: Work) -> str:
    """Read the stamp of who leads whom, once a work."""
    known: str | None = work.memo.get(_STAMP)
    if known is None:
        known = work.connection.execute(select(stamp_rows.c.stamp)).scalar() or ""
        work.memo[_STAMP] = known
    return known


def renew_stamp(work: Work) -> str:
    """Change the stamp, since who leads whom, or who was erased, changed; return it."""
    new = uuid7(work.now)
    work.upsert(stamp_rows, [{"id": 1, "stamp": new}], key=["id"], change=["stamp"])
    work.memo[_STAMP] = new
    return new
