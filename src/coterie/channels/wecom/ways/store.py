"""The table of codes at the platform."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Integer, LargeBinary, Row, String, Table, Text, func, select

from coterie.channels.wecom.ways.model import Outcome, Way
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

way_rows = Table(
    "wecom_ways",
    metadata,
    Column("state", String(30), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("config_id", String(64)),
    Column("qr_code", String, nullable=False),
    Column("picture", LargeBinary),
    Column("fetch", Moment, index=True),
    Column("wanted", JSON),
    Column("told", JSON),
    Column("tries", Integer, nullable=False),
    Column("errcode", Integer, index=True),
    Column("reason", Text, nullable=False),
    Column("retry", Moment, index=True),
    Column("begun", Moment),
    Column("made", Moment),
    Column("updated", Moment),
    Column("updates", Integer, nullable=False),
)
_W = way_rows.c
_NEVER = 2**53
_PLAIN = [column for column in way_rows.c if column.name not in ("picture", "fetch")]
_SHOWN = (*_PLAIN, _W.picture.is_not(None).label("has_picture"))


def load(work: Work, states: Collection[str]) -> dict[str, Way]:
    """Return what stands at the platform for these codes."""
    found = {}
    for chunk in in_chunks(dict.fromkeys(states)):
        for row in work.connection.execute(select(*_SHOWN).where(_W.state.in_(chunk))):
            found[row.state] = _way(row)
    return found


def picture(work: Work, state: str) -> bytes | None:
    """Return the platform's picture of a code."""
    query = select(_W.picture).where(_W.state == state)
    found: bytes | None = work.connection.execute(query).scalar()
    return found


def want(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what codes are to show, and when to tell it (None: it is told already)."""
    fresh = {"config_id": None, "qr_code": "", "fetch": None, "told": None, "tries": 0,
             "errcode": None, "reason": "", "begun": None, "made": None, "updated": None,
             "updates": 0}  # fmt: skip
    work.upsert(
        way_rows, [fresh | dict(row) for row in rows], key=["state"],
        change=["wanted", "retry", "tries", "errcode", "reason"],
    )  # fmt: skip


def waiting(work: Work, limit: int) -> list[Way]:
    """Return what is to be told now, the longest overdue first."""
    query = select(*_SHOWN).where(_W.retry <= work.now).order_by(_W.retry, _W.state).limit(limit)
    return [_way(row) for row in work.connection.execute(query)]


def begin(work: Work, states: Collection[str]) -> None:
    """Note that the platform is being told, before it is."""
    for chunk in in_chunks(states):
        work.connection.execute(way_rows.update().where(_W.state.in_(chunk)).values(begun=work.now))


def settle(work: Work, outcomes: Sequence[Outcome]) -> None:
    """Write what became of attempts."""
    for one in outcomes:
        those = way_rows.update().where(_W.state == one.state)
        work.connection.execute(those.values(**_settled(one, work.now)))


def drop(work: Work, state: str) -> None:
    """Forget a code that is gone at the platform."""
    work.connection.execute(way_rows.delete().where(_W.state == state))


def pictureless(work: Work, limit: int) -> list[Way]:
    """Return codes whose picture is to be fetched now."""
    query = select(*_SHOWN).where(_W.fetch <= work.now, _W.picture.is_(None))
    return [_way(row) for row in work.connection.execute(query.order_by(_W.fetch).limit(limit))]


def keep_picture(work: Work, state: str, picture: bytes | None, again: int) -> None:
    """Keep a picture; without one it is fetched again at ``again``."""
    values = {"fetch": again} if picture is None else {"picture": picture, "fetch": _NEVER}
    work.connection.execute(way_rows.update().where(_W.state == state).values(**values))


def next_due(work: Work) -> int | None:
    """Return when something is to be told or fetched next."""
    told = work.connection.execute(select(func.min(_W.retry))).scalar()
    fetched = select(func.min(_W.fetch)).where(_W.picture.is_(None))
    dues = (told, work.connection.execute(fetched).scalar())
    return min((due for due in dues if due is not None), default=None)


def standing(work: Work) -> int:
    """Count the codes that stand at the platform."""
    query = select(func.count()).select_from(way_rows).where(_W.config_id.is_not(None))
    return int(work.connection.execute(query).scalar_one())


def failed(work: Work, limit: int) -> list[Way]:
    """Return codes whose last attempt failed."""
    query = select(*_SHOWN).where(_W.errcode.is_not(None)).order_by(_W.state).limit(limit)
    return [_way(row) for row in work.connection.execute(query)]


def _settled(one: Outcome, now: int) -> dict[str, Any]:
    if one.errcode is not None:
        broke_off = {} if one.uncertain else {"begun": None}
        return broke_off | {
            "errcode": one.errcode, "reason": one.reason, "tries": _W.tries + 1,
            "retry": now + one.retry_after,
        }  # fmt: skip
    values: dict[str, Any] = {
        "told": one.told, "config_id": one.config_id, "tries": 0, "errcode": None, "reason": "",
        "retry": None, "begun": None, "made": func.coalesce(_W.made, now), "updated": now,
        "updates": _W.updates + 1,
    }  # fmt: skip
    if one.qr_code:
        values |= {"qr_code": one.qr_code, "fetch": func.coalesce(_W.fetch, now)}
    return values


def _way(row: Row[Any]) -> Way:
    return Way(**row._mapping)
