"""The tables of groups: what stands, the marks of who came and went, and who is in them now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    SmallInteger,
    String,
    Table,
    case,
    delete,
    func,
    select,
)

from coterie.channels.wecom.mirror.marked.store import READY, Marks
from coterie.channels.wecom.mirror.model import Chat, Participant, Size
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

Stay = tuple[str, str]
"""A group's chat_id and somebody in it."""

chat_rows = Table(
    "wecom_chats",
    metadata,
    Column("chat_id", String(64), primary_key=True),
    Column("name", String, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("created", Moment),
    Column("dismissed", Moment),
    Column("version", String(64), nullable=False),
    Column("links", JSON, nullable=False),
    Column("pulled", Moment),
    Column("pull_due", Moment),
    Column("pull_tries", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
)
_C = chat_rows.c
_to_pull = _C.pull_due.is_not(None)
Index("ix_wecom_chats_to_pull", _C.pull_due, sqlite_where=_to_pull, postgresql_where=_to_pull)
Index(None, _C.owner)

stay_mark_rows = Table(
    "wecom_stay_marks",
    metadata,
    Column("chat_id", String(64), primary_key=True),
    Column("member", String(64), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("told", Boolean, nullable=False),
    Column("scene", String(16), nullable=False),
    Column("stage", SmallInteger, nullable=False),
)
_M = stay_mark_rows.c
Index(None, _M.member)
_ready = _M.stage == READY
Index("ix_wecom_stay_marks_ready", _M.at, sqlite_where=_ready, postgresql_where=_ready)
MARKS = Marks(stay_mark_rows, ("chat_id", "member"), "chat_id", {"state": "scene"})
"""The marks of stays; a mark's ``state`` is how she came or went."""

participant_rows = Table(
    "wecom_participants",
    metadata,
    Column("chat_id", String(64), primary_key=True),
    Column("member", String(64), primary_key=True),
    Column("is_customer", Boolean, nullable=False),
    Column("joined", Moment, nullable=False),
    Column("left", Moment),
    Column("scene", String(16), nullable=False),
    Column("inviter", String(64), nullable=False),
    Column("state", String(64), nullable=False),
    Column("times", Integer, nullable=False),
)
_P = participant_rows.c
Index(None, _P.member)


# --- groups


def meet(work: Work, chat_ids: Iterable[str]) -> None:
    """Write down groups that are not known yet."""
    rows: list[dict[str, Any]] = [
        {
            "chat_id": one, "name": "", "owner": "", "created": None, "dismissed": None,
            "version": "", "links": [], "pulled": None, "pull_due": None, "pull_tries": 0,
            "seen": 0,
        }
        for one in sorted(set(chat_ids))
    ]  # fmt: skip
    work.insert_new(chat_rows, rows)


def rows_of(work: Work, chat_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Return the rows of groups, by id."""
    query = select(chat_rows).where(work.among(_C.chat_id, chat_ids))
    return {row.chat_id: row for row in work.connection.execute(query)} if chat_ids else {}


def change(work: Work, rows: Sequence[Mapping[str, Any]], *names: str) -> None:
    """Set columns of groups, by ``chat_id``."""
    work.change(chat_rows, rows, key=["chat_id"], change=list(names))


def to_pull(work: Work, limit: int) -> list[str]:
    """Return which groups are to be read now, the longest due first."""
    query = (
        select(_C.chat_id)
        .where(_to_pull, _C.pull_due <= work.now)
        .order_by(_C.pull_due, _C.chat_id)
        .limit(limit)
    )
    return list(work.connection.execute(query).scalars())


def next_pull(work: Work) -> int | None:
    """Return when the next group is to be read."""
    return work.connection.execute(select(func.min(_C.pull_due)).where(_to_pull)).scalar()


def unseen(work: Work, sync: int, before: int) -> list[str]:
    """Return groups that stand and that a reconcile did not see, known since before a moment."""
    known = func.coalesce(_C.created, _C.pulled, 0)
    query = select(_C.chat_id).where(_C.dismissed.is_(None), _C.seen != sync, known < before)
    return list(work.connection.execute(query).scalars())


# --- marks


def ready(work: Work, limit: int) -> list[Row[Any]]:
    """Return marks that are to be told on, the earliest first, with who and which group it is."""
    query = (
        select(
            stay_mark_rows, _P.is_customer, _P.joined, _P.inviter, _P.state,
            _P.scene.label("came"), _C.name,
        )
        .join(participant_rows, (_P.chat_id == _M.chat_id) & (_P.member == _M.member))
        .join(chat_rows, _C.chat_id == _M.chat_id)
        .where(_ready)
        .order_by(_M.at, _M.chat_id, _M.member, _M.kind)
        .limit(limit)
    )  # fmt: skip
    return list(work.connection.execute(query))


# --- who is in them


def participants(work: Work, chat_ids: Collection[str]) -> dict[Stay, Participant]:
    """Return everybody who is or was in these groups."""
    query = select(participant_rows).where(work.among(_P.chat_id, chat_ids))
    found = work.connection.execute(query) if chat_ids else ()
    return {(row.chat_id, row.member): _participant(row) for row in found}


def write_participants(work: Work, some: Iterable[Participant]) -> None:
    """Write who is or was in groups."""
    rows = [vars(one) for one in some]
    change_ = ["is_customer", "joined", "left", "scene", "inviter", "state", "times"]
    work.upsert(participant_rows, rows, key=["chat_id", "member"], change=change_)


def of_chat(work: Work, chat_id: str) -> list[Participant]:
    """Return who is in a group, then who was, the newest first."""
    query = (
        select(participant_rows)
        .where(_P.chat_id == chat_id)
        .order_by(_P.left.is_not(None), _P.joined.desc(), _P.member)
    )
    return [_participant(row) for row in work.connection.execute(query)]


def chats_of(work: Work, members: Collection[str]) -> dict[str, list[str]]:
    """Return in which living groups these people are now."""
    found: dict[str, list[str]] = {}
    if members:
        query = (
            select(_P.member, _P.chat_id)
            .join(chat_rows, _C.chat_id == _P.chat_id)
            .where(work.among(_P.member, members), _P.left.is_(None), _C.dismissed.is_(None))
            .order_by(_P.member, _P.chat_id)
        )
        for row in work.connection.execute(query):
            found.setdefault(row.member, []).append(row.chat_id)
    return found


def chats(
    work: Work,
    *,
    chat_ids: Collection[str] | None = None,
    owner: str | None = None,
    living: bool = True,
) -> list[Chat]:
    """Return groups with how many are in them, by name."""
    is_in = case((_P.left.is_(None), 1), else_=0)
    here = (
        select(
            _P.chat_id,
            func.sum(is_in).label("members"),
            func.sum(case((_P.is_customer, is_in), else_=0)).label("customers"),
        )
        .where(*([work.among(_P.chat_id, chat_ids)] if chat_ids is not None else []))
        .group_by(_P.chat_id)
        .subquery()
    )
    query = (
        select(chat_rows, here.c.members, here.c.customers)
        .outerjoin(here, here.c.chat_id == _C.chat_id)
        .order_by(_C.name, _C.chat_id)
    )
    if chat_ids is not None:
        query = query.where(work.among(_C.chat_id, chat_ids))
    if owner is not None:
        query = query.where(_C.owner == owner)
    if living:
        query = query.where(_C.dismissed.is_(None))
    return [_chat(row) for row in work.connection.execute(query)]


def _chat(row: Row[Any]) -> Chat:
    return Chat(
        row.chat_id, row.name, row.owner, "alive" if row.dismissed is None else "dismissed",
        int(row.members or 0), int(row.customers or 0), row.created,
    )  # fmt: skip


def sizes(work: Work, chat_ids: Collection[str]) -> dict[str, Size]:
    """Return how many are in these groups."""
    return {
        one.chat_id: Size(one.name, one.members, one.status == "alive")
        for one in chats(work, chat_ids=chat_ids, living=False)
    }


def _participant(row: Row[Any]) -> Participant:
    return Participant(**row._mapping)


def rename(work: Work, before: str, after: str) -> None:
    """Give a member another userid."""
    work.connection.execute(chat_rows.update().where(_C.owner == before).values(owner=after))
    for table in (stay_mark_rows, participant_rows):
        statement = table.update().where(table.c.member == before).values(member=after)
        work.connection.execute(statement)


def forget(work: Work, members: Collection[str]) -> dict[str, int]:
    """Remove people from every group; count rows by table."""
    return {
        table.name: sum(
            work.connection.execute(delete(table).where(table.c.member.in_(chunk))).rowcount
            for chunk in in_chunks(sorted(members))
        )
        for table in (stay_mark_rows, participant_rows)
    }


def count(work: Work) -> tuple[int, int, int]:
    """Count living groups, customers in them, and groups that wait to be read."""
    here = (
        select(func.count())
        .select_from(participant_rows.join(chat_rows, _C.chat_id == _P.chat_id))
        .where(_P.left.is_(None), _P.is_customer, _C.dismissed.is_(None))
    )
    living = select(func.count()).select_from(chat_rows).where(_C.dismissed.is_(None))
    waiting = select(func.count()).select_from(chat_rows).where(_to_pull)
    queries = (living, here, waiting)
    groups, customers, unread = (int(work.connection.execute(one).scalar_one()) for one in queries)
    return groups, customers, unread
