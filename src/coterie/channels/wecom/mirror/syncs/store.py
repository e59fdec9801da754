"""The tables of reconciles and their portions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, Row, String, Table, case, delete, func, select

from coterie.channels.wecom.mirror.syncs.model import (
    STAGES,
    Portion,
    Progress,
    Report,
    Stage,
    Sync,
    Trouble,
)
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

sync_rows = Table(
    "wecom_syncs",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("why", String(8), nullable=False),
    Column("by", String, nullable=False),
    Column("state", String(8), nullable=False),
    Column("started", Moment, nullable=False),
    Column("finished", Moment),
    Column("healed", JSON, nullable=False),
)
_S = sync_rows.c

portion_rows = Table(
    "wecom_portions",
    metadata,
    Column("sync", BigId, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("stage", String(8), nullable=False),
    Column("subject", JSON, nullable=False),
    Column("cursor", String, nullable=False),
    Column("state", String(8), nullable=False),
    Column("items", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", Moment, nullable=False),
    Column("error", String, nullable=False),
)
_P = portion_rows.c
_waits = _P.state == "waiting"
Index("ix_wecom_portions_waiting", _P.due, sqlite_where=_waits, postgresql_where=_waits)

need_rows = Table(
    "wecom_needs",
    metadata,
    Column("name", String(8), primary_key=True),
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
)
_KEPT = 30
_SHOWN = 5


# --- reconciles


def newest(work: Work, *, running: bool = False) -> Sync | None:
    """Return the reconcile begun last, or the one that runs."""
    query = select(sync_rows).order_by(_S.id.desc()).limit(1)
    if running:
        query = query.where(_S.state == "running")
    row = work.connection.execute(query).first()
    return None if row is None else _sync(row)


def latest(work: Work, limit: int) -> list[Sync]:
    """Return the newest reconciles."""
    query = select(sync_rows).order_by(_S.id.desc()).limit(limit)
    return [_sync(row) for row in work.connection.execute(query)]


def _sync(row: Row[Any]) -> Sync:
    return Sync(**row._mapping)


def begin(work: Work, sync: Sync) -> None:
    """Write a new reconcile, and forget the portions of old ones and what is very old."""
    work.insert(sync_rows, [{**vars(sync), "healed": dict(sync.healed)}])
    work.connection.execute(delete(portion_rows).where(_P.sync < sync.id - 1))
    work.connection.execute(delete(sync_rows).where(_S.id < sync.id - _KEPT))


def save(work: Work, sync: Sync) -> None:
    """Write how a reconcile stands."""
    row = {**vars(sync), "healed": dict(sync.healed)}
    work.change(sync_rows, [row], key=["id"], change=["state", "finished", "healed"])


# --- portions


def add(work: Work, sync: int, stage: Stage, subjects: Iterable[Sequence[str]]) -> None:
    """Add portions to a reconcile, to be read from now on."""
    last = select(func.max(_P.number)).where(_P.sync == sync)
    first = (work.connection.execute(last).scalar() or 0) + 1
    rows = [
        {**vars(Portion(sync, first + place, stage, list(some))), "due": work.now}
        for place, some in enumerate(subjects)
    ]
    work.insert(portion_rows, rows)


def due(work: Work, sync: int, limit: int) -> list[Portion]:
    """Return the portions that are to be read now: of the earliest stage that is not over."""
    waiting = select(portion_rows).where(_P.sync == sync, _waits)
    order = case({stage: place for place, stage in enumerate(STAGES)}, value=_P.stage)
    first = work.connection.execute(waiting.order_by(order).limit(1)).first()
    if first is None:
        return []
    query = waiting.where(_P.stage == first.stage, _P.due <= work.now).order_by(_P.number)
    return [Portion(**row._mapping) for row in work.connection.execute(query.limit(limit))]


def is_over(work: Work, sync: int) -> bool:
    """Say whether no portion of a reconcile waits."""
    query = select(func.count()).select_from(portion_rows).where(_P.sync == sync, _waits)
    return not work.connection.execute(query).scalar_one()


def next_due(work: Work, sync: int) -> int | None:
    """Return when the next portion of a reconcile is due."""
    query = select(func.min(_P.due)).where(_P.sync == sync, _waits)
    return work.connection.execute(query).scalar()


def write(work: Work, portion: Portion, **changed: Any) -> None:
    """Write how a portion stands now."""
    row = vars(replace(portion, **changed))
    work.change(portion_rows, [row], key=["sync", "number"], change=list(changed))


def failed(work: Work, sync: int) -> dict[Stage, int]:
    """Count the failed portions of a reconcile by stage."""
    query = (
        select(_P.stage, func.count().label("number"))
        .where(_P.sync == sync, _P.state == "failed")
        .group_by(_P.stage)
    )
    return {row.stage: row.number for row in work.connection.execute(query)}


def report(work: Work, sync: Sync) -> Report:
    """Return a reconcile with its progress, and why portions failed."""
    over = case((_P.state != "waiting", 1), else_=0)
    wrong = case((_P.state == "failed", 1), else_=0)
    query = (
        select(
            _P.stage, func.count().label("portions"), func.sum(over).label("over"),
            func.sum(wrong).label("failed"), func.sum(_P["items"]).label("items"),
        )
        .where(_P.sync == sync.id)
        .group_by(_P.stage)
    )  # fmt: skip
    by_stage = {
        row.stage: Progress(row.stage, row.portions, int(row.over), int(row.failed), int(row.items))
        for row in work.connection.execute(query)
    }
    progress = tuple(by_stage[stage] for stage in STAGES if stage in by_stage)
    return Report(sync, progress, tuple(_troubles(work, sync.id)))


def _troubles(work: Work, sync: int) -> Iterable[Trouble]:
    query = select(portion_rows).where(_P.sync == sync, _P.error != "").order_by(_P.number)
    found: dict[tuple[Stage, str], list[Portion]] = {}
    for row in work.connection.execute(query):
        found.setdefault((row.stage, row.error), []).append(Portion(**row._mapping))
    for (stage, reason), some in found.items():
        subjects = [one for portion in some for one in portion.subject][:_SHOWN]
        yield Trouble(stage, reason, len(some), tuple(subjects))


# --- lists that are to be read anew on their own


def need(work: Work, names: Iterable[str], due_: int) -> None:
    """Have lists read anew: ``staff`` or ``tags``; asking again while one waits changes nothing."""
    rows = [{"name": one, "due": due_, "tries": 0} for one in names]
    work.insert_new(need_rows, rows)


def needs(work: Work) -> Mapping[str, Row[Any]]:
    """Return which lists are to be read anew, and when."""
    return {row.name: row for row in work.connection.execute(select(need_rows))}


def met(work: Work, names: Iterable[str]) -> None:
    """Note that lists were read."""
    work.connection.execute(delete(need_rows).where(need_rows.c.name.in_(sorted(names))))


def put_off(work: Work, name: str, tries: int, due_: int) -> None:
    """Try to read a list again later."""
    said = {"name": name, "tries": tries, "due": due_}
    work.change(need_rows, [said], key=["name"], change=["tries", "due"])
