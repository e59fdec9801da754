"""The tables of welcomes: who is to get one and what became of it, texts, uploaded pictures."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    or_,
    select,
)

from coterie.channels.wecom.welcomes.model import Due, Outcome, Told
from coterie.core.clock import DAY
from coterie.core.ids import derived_id
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

welcome_rows = Table(
    "wecom_welcomes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("edge", String(32), nullable=False, index=True),
    Column("userid", String(64), nullable=False),
    Column("external_userid", String(64)),
    Column("state", String(30), nullable=False),
    Column("code", String(512)),
    Column("half", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("status", String(8), nullable=False),
    Column("origin", String(8)),
    Column("errcode", Integer),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("busy", Integer, nullable=False),
    Column("retry", Moment),
    Column("sent", Moment),
)
text_rows = Table(
    "wecom_welcome_texts",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("source", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
)
media_rows = Table(
    "wecom_welcome_media",
    metadata,
    Column("asset", String(200), primary_key=True),
    Column("media_id", String(200)),
    Column("until", Moment),
    Column("used", Moment, nullable=False),
    Column("retry", Moment, nullable=False, index=True),
    Column("reason", Text, nullable=False),
)
_W, _M = welcome_rows.c, media_rows.c
_open = _W.retry.is_not(None)
Index("ix_wecom_welcomes_open", _W.retry, sqlite_where=_open, postgresql_where=_open)
Index("ix_wecom_welcomes_state_at", _W.state, _W.at)
Index("ix_wecom_welcomes_at", _W.at)

SAME = DAY
"""How long a welcome to somebody by a member stands: a second add within it brings none."""


def edge_of(userid: str, external_userid: str) -> str:
    """Return a name for who came to whom that says neither."""
    return derived_id("welcome", userid, external_userid)


def add(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write who came; those of an id that is there already stay as they are."""
    work.insert_new(welcome_rows, rows)


def present(work: Work, ids: Collection[str]) -> set[str]:
    """Return which of these ids are there."""
    found: set[str] = set()
    for chunk in in_chunks(ids):
        query = select(_W.id).where(_W.id.in_(chunk))
        found.update(work.connection.execute(query).scalars())
    return found


def welcomed(work: Work, edges: Collection[str], since: int) -> set[str]:
    """Return who was told something, or is about to be, since a moment."""
    found: set[str] = set()
    for chunk in in_chunks(edges):
        query = select(_W.edge).where(
            _W.edge.in_(chunk), _W.at >= since, _W.status.in_(("waiting", "sending", "sent"))
        )
        found.update(work.connection.execute(query).scalars())
    return found


def due(work: Work, limit: int) -> list[Due]:
    """Return welcomes to be sent now, those with the least time left first."""
    columns = [_W[name] for name in Due.__dataclass_fields__]
    query = select(*columns).where(_open, _W.retry <= work.now)
    rows = work.connection.execute(query.order_by(_W.deadline, _W.id).limit(limit))
    return [Due(**row._mapping) for row in rows]


def begin(work: Work, ids: Sequence[str]) -> None:
    """Note, before anything goes out, that these are under way."""
    if ids:
        work.connection.execute(
            welcome_rows.update().where(_W.id.in_(ids)).values(status="sending", tries=_W.tries + 1)
        )


def settle(work: Work, outcomes: Sequence[Outcome]) -> None:
    """Write what became of attempts; whom it was for is forgotten once it is over."""
    for one in outcomes:
        values: dict[str, Any] = {
            "status": one.status, "origin": one.origin, "errcode": one.errcode,
            "reason": one.reason, "retry": one.retry, "sent": one.sent, "busy": _W.busy + one.busy,
        }  # fmt: skip
        if one.retry is None:
            values |= {"external_userid": None, "code": None}
        work.connection.execute(welcome_rows.update().where(_W.id == one.id).values(**values))


def next_due(work: Work) -> int | None:
    """Return when the next welcome is to be sent."""
    return work.connection.execute(select(func.min(_W.retry)).where(_open)).scalar()


def counts(work: Work, states: Collection[str] | None, since: int) -> dict[str, int]:
    """Count welcomes by status; of some codes, or of all."""
    query = select(_W.status, func.count().label("n")).where(_W.at >= since).group_by(_W.status)
    if states is not None:
        query = query.where(_W.state.in_(list(states)))
    return {row.status: row.n for row in work.connection.execute(query)}


def took(work: Work, states: Collection[str] | None, since: int, most: int) -> list[int]:
    """Return how long (ms) the newest of those sent took."""
    query = select(_W.sent - _W.at).where(_W.at >= since, _W.status == "sent")
    if states is not None:
        query = query.where(_W.state.in_(list(states)))
    return list(work.connection.execute(query.order_by(_W.at.desc()).limit(most)).scalars())


def page(
    work: Work, state: str | None, statuses: Collection[str], limit: int, offset: int = 0
) -> list[Told]:
    """Return welcomes, newest first; without ``statuses`` all of them."""
    columns = [_W[name] for name in Told.__dataclass_fields__]
    query = select(*columns).order_by(_W.at.desc(), _W.id).limit(limit).offset(offset)
    if state is not None:
        query = query.where(_W.state == state)
    if statuses:
        query = query.where(_W.status.in_(list(statuses)))
    return [Told(**row._mapping) for row in work.connection.execute(query)]


def tidy(work: Work, before: int) -> int:
    """Forget welcomes of long ago."""
    return work.connection.execute(welcome_rows.delete().where(_W.at < before)).rowcount


# --- texts


def texts(work: Work, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Return the welcomes of guides and of the brand that are there."""
    query = select(text_rows).where(text_rows.c.key.in_(list(keys)))
    return {row.key: row.source for row in work.connection.execute(query)}


def keep_text(work: Work, key: str, source: Mapping[str, Any]) -> None:
    """Keep a welcome."""
    row = {"key": key, "source": dict(source), "at": work.now, "by": str(work.actor)}
    work.upsert(text_rows, [row], key=["key"], change=["source", "at", "by"])


def drop_text(work: Work, key: str) -> None:
    """Forget a welcome."""
    work.connection.execute(text_rows.delete().where(text_rows.c.key == key))


# --- pictures


def media(work: Work, assets: Collection[str]) -> dict[str, str]:
    """Return the uploaded file of each of these pictures that is good for an hour at least."""
    query = select(_M.asset, _M.media_id).where(
        _M.asset.in_(list(assets)), _M.media_id.is_not(None), _M.until > work.now + DAY // 24
    )
    return {row.asset: row.media_id for row in work.connection.execute(query)}


def want_media(work: Work, assets: Collection[str]) -> None:
    """Let pictures be uploaded, and kept fresh as long as they are used."""
    rows = [
        {"asset": one, "media_id": None, "until": None, "used": work.now, "retry": work.now,
         "reason": ""}
        for one in sorted(set(assets))
    ]  # fmt: skip
    work.upsert(media_rows, rows, key=["asset"], change=["used"])


def media_due(work: Work, limit: int, unused: int) -> list[str]:
    """Return pictures to be uploaded now, but none that nobody used since ``unused``."""
    query = select(_M.asset).where(_M.retry <= work.now, _M.used > unused)
    return list(work.connection.execute(query.order_by(_M.retry).limit(limit)).scalars())


def next_media(work: Work, unused: int) -> int | None:
    """Return when the next picture is to be uploaded."""
    query = select(func.min(_M.retry)).where(_M.used > unused)
    return work.connection.execute(query).scalar()


def keep_media(work: Work, asset: str, media_id: str, until: int, again: int) -> None:
    """Keep where a picture is at the platform, until when, and when it is uploaded again."""
    values = {"media_id": media_id, "until": until, "retry": again, "reason": ""}
    work.connection.execute(media_rows.update().where(_M.asset == asset).values(**values))


def media_failed(work: Work, asset: str, reason: str, again: int) -> None:
    """Keep why a picture could not be uploaded."""
    values = {"retry": again, "reason": reason}
    work.connection.execute(media_rows.update().where(_M.asset == asset).values(**values))


def lose_media(work: Work, assets: Collection[str]) -> None:
    """Let pictures be uploaded again that the platform no longer knows."""
    those = media_rows.update().where(or_(_M.asset.in_(list(assets))))
    work.connection.execute(those.values(media_id=None, until=None, retry=work.now))


def failures(work: Work) -> list[Row[Any]]:
    """Return pictures that could not be uploaded."""
    return list(work.connection.execute(select(media_rows).where(_M.reason != "")))
