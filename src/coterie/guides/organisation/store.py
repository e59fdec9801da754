"""The tables of the organisation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Integer,
    Row,
    String,
    Table,
    func,
    select,
    update,
)

from coterie.guides.organisation.model import FAR, Dealer, Ends, Guide, Post, Region, Store
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

regions = Table(
    "guide_regions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", String, nullable=False),
    Column("parent", String(64)),
)
dealers = Table(
    "guide_dealers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", String, nullable=False),
    Column("region", String(64)),
)
stores = Table(
    "guide_stores",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", String, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("region", String(64)),
    Column("dealer", String(64)),
    Column("address", String, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("zone", String),
    Column("hours", JSON, nullable=False),
    Column("closed", Moment),
    Column("heir", String(64)),
    Column("department", Integer, unique=True),
)
guides = Table(
    "guides",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String, nullable=False),
    Column("userid", String(64), unique=True),
    Column("email", String, unique=True),
    Column("role", String(8), nullable=False),
    Column("left", Moment),
    Column("away_until", Moment),
    Column("contact", Boolean, nullable=False),
    Column("since", Moment),
)
posts = Table(
    "guide_posts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("guide", String(64), nullable=False, index=True),
    Column("store", String(64), nullable=False, index=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("main", Boolean, nullable=False),
    CheckConstraint("since < until", name="ck_guide_posts_since_before_until"),
)
_g, _s, _p = guides.c, stores.c, posts.c
_GUIDE = ("name", "userid", "email", "role", "left", "away_until", "contact", "since")
_STORE = (
    "title", "kind", "region", "dealer", "address", "latitude", "longitude", "zone", "hours",
    "closed", "heir", "department",
)  # fmt: skip


# --- regions and dealers


def read_regions(work: Work) -> list[Region]:
    """Return every region, by title."""
    rows = work.connection.execute(select(regions).order_by(regions.c.title, regions.c.id))
    return [Region(row.id, row.title, row.parent) for row in rows]


def write_regions(work: Work, given: Iterable[Region]) -> None:
    """Write regions."""
    work.upsert(regions, [vars(one) for one in given], key=("id",), change=("title", "parent"))


def read_dealers(work: Work) -> list[Dealer]:
    """Return every dealer, by title."""
    rows = work.connection.execute(select(dealers).order_by(dealers.c.title, dealers.c.id))
    return [Dealer(row.id, row.title, row.region) for row in rows]


def write_dealers(work: Work, given: Iterable[Dealer]) -> None:
    """Write dealers."""
    work.upsert(dealers, [vars(one) for one in given], key=("id",), change=("title", "region"))


# --- stores


def read_stores(work: Work, ids: Collection[str] | None = None) -> list[Store]:
    """Return stores by title: all, or those of these names."""
    query = select(stores).order_by(_s.title, _s.id)
    if ids is not None:
        query = query.where(_s.id.in_(sorted(ids)))
    return [Store(**row._mapping) for row in work.connection.execute(query)]


def write_stores(work: Work, given: Iterable[Store]) -> None:
    """Write stores."""
    work.upsert(stores, [vars(one) for one in given], key=("id",), change=_STORE)


def of_departments(work: Work, departments: Collection[int]) -> dict[int, str]:
    """Return the store of each department that is one's."""
    query = select(_s.department, _s.id).where(_s.department.in_(sorted(departments)))
    return {row.department: row.id for row in work.connection.execute(query)}


# --- guides


def read_guides(work: Work, ids: Collection[str] | None = None) -> list[Guide]:
    """Return guides with their stores of now, by name: all, or these."""
    found: list[Row[Any]] = []
    if ids is None:
        found = list(work.connection.execute(select(guides)))
    else:
        for chunk in in_chunks(sorted(ids)):
            found += work.connection.execute(select(guides).where(_g.id.in_(chunk)))
    at = _stores_of(work, [row.id for row in found], work.now)
    made = [
        Guide(
            stores=at.get(row.id, ()),
            away=row.away_until is not None and row.away_until > work.now,
            **row._mapping,
        )
        for row in found
    ]
    return sorted(made, key=lambda one: (one.name, one.id))


def _stores_of(work: Work, ids: Collection[str], at: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for chunk in in_chunks(ids):
        query = (
            select(_p.guide, _p.store)
            .where(_p.guide.in_(chunk), _p.since <= at, _p.until > at)
            .order_by(_p.main.desc(), _p.since, _p.store)
        )
        for row in work.connection.execute(query):
            found.setdefault(row.guide, []).append(row.store)
    return {guide: tuple(each) for guide, each in found.items()}


def main_stores(work: Work, ids: Collection[str]) -> dict[str, list[tuple[int, int, str]]]:
    """Return the times of guides at their main stores: (since, until, store), in order."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for chunk in in_chunks(sorted(ids)):
        query = select(posts).where(_p.guide.in_(chunk), _p.main).order_by(_p.since, _p.id)
        for row in work.connection.execute(query):
            found.setdefault(row.guide, []).append((row.since, row.until, row.store))
    return found


def of_userids(work: Work, userids: Collection[str]) -> dict[str, str]:
    """Return the guides of some userids."""
    return _by(work, "userid", userids)


def of_emails(work: Work, emails: Collection[str]) -> dict[str, str]:
    """Return the guides of some addresses, folded to small letters."""
    return _by(work, "email", emails)


def _by(work: Work, name: str, values: Collection[str]) -> dict[str, str]:
    column, found = guides.c[name], {}
    for chunk in in_chunks(sorted(values)):
        query = select(column.label("value"), _g.id).where(column.in_(chunk))
        found.update({row.value: row.id for row in work.connection.execute(query)})
    return found


def taken(work: Work) -> set[str]:
    """Return every guide's slug."""
    return set(work.connection.execute(select(_g.id)).scalars())


def write_guides(work: Work, given: Sequence[Guide]) -> None:
    """Write guides; where they serve is written by ``post``."""
    rows = [{"id": one.id, **{name: getattr(one, name) for name in _GUIDE}} for one in given]
    work.upsert(guides, rows, key=("id",), change=_GUIDE)


def set_guides(work: Work, ids: Collection[str], **values: Any) -> None:
    """Change columns of some guides."""
    work.connection.execute(update(guides).where(_g.id.in_(sorted(ids))).values(**values))


def of_store(work: Work, store: str) -> list[str]:
    """Return who serves at a store now: those whose main store it is first, by name."""
    query = (
        select(_p.guide)
        .join(guides, _g.id == _p.guide)
        .where(_p.store == store, _p.since <= work.now, _p.until > work.now, _g.left.is_(None))
        .order_by(_p.main.desc(), _g.name, _g.id)
    )
    return list(work.connection.execute(query).scalars())


def counts_by_store(work: Work) -> dict[str, int]:
    """Count who serves at each store now."""
    query = (
        select(_p.store, func.count().label("n"))
        .join(guides, _g.id == _p.guide)
        .where(_p.since <= work.now, _p.until > work.now, _g.left.is_(None))
        .group_by(_p.store)
    )
    return {row.store: row.n for row in work.connection.execute(query)}


# --- posts


def post(work: Work, wanted: Mapping[str, Sequence[str]], at: int) -> None:
    """Let guides serve at exactly these stores from a moment on, the first being the main one."""
    open_rows: dict[str, list[Row[Any]]] = {}
    for chunk in in_chunks(sorted(wanted)):
        query = select(posts).where(_p.guide.in_(chunk), _p.until == FAR)
        for row in work.connection.execute(query):
            open_rows.setdefault(row.guide, []).append(row)
    ended: list[dict[str, Any]] = []
    void: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for guide, given in wanted.items():
        want = {store: number == 0 for number, store in enumerate(dict.fromkeys(given))}
        have = {row.store: row.main for row in open_rows.get(guide, ())}
        for row in open_rows.get(guide, ()):
            if want.get(row.store) != row.main:
                (void if row.since >= at else ended).append({"id": row.id, "until": at})
        fresh += [
            {"guide": guide, "store": store, "since": at, "until": FAR, "main": main}
            for store, main in want.items()
            if have.get(store) != main
        ]
    for chunk in in_chunks([row["id"] for row in void]):
        work.connection.execute(posts.delete().where(_p.id.in_(chunk)))
    work.change(posts, ended, key=["id"], change=["until"])
    work.insert(posts, fresh)


def posts_of(work: Work, guide: str) -> list[Post]:
    """Return where a guide served when, the newest first."""
    query = select(posts).where(_p.guide == guide).order_by(_p.since.desc(), _p.main.desc())
    return [
        Post(row.guide, row.store, row.since, row.until, row.main)
        for row in work.connection.execute(query)
    ]


def ends(work: Work, of: Collection[str]) -> Ends:
    """Return when these guides left, and when stores closed."""
    left: dict[str, int] = {}
    for chunk in in_chunks(sorted(of)):
        query = select(_g.id, _g.left).where(_g.left.is_not(None), _g.id.in_(chunk))
        left.update({row.id: row.left for row in work.connection.execute(query)})
    query = select(_s.id, _s.closed, _s.heir).where(_s.closed.is_not(None))
    closed = {row.id: (row.closed, row.heir) for row in work.connection.execute(query)}
    return Ends(left, closed)
