"""The tables of imports: each with its plan and counts, and the rows that stayed out."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    Row,
    Select,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from coterie.roads.imports.model import BUSY, Checked, Group, Import, Rejection, State
from coterie.roads.imports.plan import Plan
from coterie.roads.mapping import Fault
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

imports = Table(
    "imports",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("size", Moment, nullable=False),
    Column("columns", JSON, nullable=False),
    Column("encoding", String(16), nullable=False),
    Column("delimiter", String(1), nullable=False),
    Column("total", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("started", Moment),
    Column("finished", Moment),
    Column("plan", JSON(none_as_null=True)),
    Column("checked", JSON(none_as_null=True)),
    Column("read", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("fresh", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("failure", String, nullable=False),
)

rejections = Table(
    "import_rejections",
    metadata,
    Column("import_id", String(36), ForeignKey("imports.id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("why", String, nullable=False),
    Column("place", String, nullable=False),
    Column("values", JSON, nullable=False),
    Column("faults", JSON, nullable=False),
    Column("settled", Moment),
)
"""``why`` and ``place`` are those of the first fault, to be grouped by; empty once mended."""

_c, _r = imports.c, rejections.c
_open = _r.settled.is_(None)


def add(work: Work, one: Import) -> None:
    """Write a new import."""
    work.insert(imports, [_row(one)])


def get(work: Work, import_id: str, *, lock: bool = False) -> Import | None:
    """Return one import; with ``lock`` nobody else changes it until the work ends."""
    query = select(imports).where(_c.id == import_id)
    row = work.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _of(row, *counts(work, [import_id])[import_id])


def page(work: Work, limit: int, offset: int) -> list[Import]:
    """Return imports, the newest first."""
    query = select(imports).order_by(_c.created.desc(), _c.id.desc()).limit(limit).offset(offset)
    rows = work.connection.execute(query).all()
    found = counts(work, [row.id for row in rows])
    return [_of(row, *found[row.id]) for row in rows]


def next_job(work: Work) -> str | None:
    """Return the import that the road has waited longest to work on, None without one."""
    query = select(_c.id).where(_c.state.in_(BUSY)).order_by(_c.created, _c.id).limit(1)
    return work.connection.execute(query).scalar()


def save(work: Work, one: Import) -> None:
    """Write an import as it is now."""
    work.connection.execute(update(imports).where(_c.id == one.id).values(_row(one)))


def counts(work: Work, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return for each import how many rows stay out, and how many of them are mended."""
    query = (
        select(_r.import_id, func.count(), func.count().filter(_r.why == ""))
        .where(_r.import_id.in_(list(ids)), _open)
        .group_by(_r.import_id)
    )
    found = {key: (rows, mended) for key, rows, mended in work.connection.execute(query)}
    return {key: found.get(key, (0, 0)) for key in ids}


def kept(work: Work, import_id: str) -> int:
    """Count the rows that are kept, those that went in after all included."""
    query = select(func.count()).where(_r.import_id == import_id)
    return work.connection.execute(query).scalar_one()


def reject(work: Work, import_id: str, rows: Sequence[Rejection]) -> None:
    """Keep rows that stay out; one that is kept already stays as it is, corrected perhaps."""
    work.insert_new(rejections, [{"import_id": import_id, **_rejection(one)} for one in rows])


def mend(work: Work, import_id: str, rows: Sequence[Rejection]) -> None:
    """Write rows with other values and other faults."""
    work.upsert(
        rejections,
        [{"import_id": import_id, **_rejection(one)} for one in rows],
        key=["import_id", "row"],
        change=["values", "faults", "why", "place", "settled"],
    )


def rejected(
    work: Work,
    import_id: str,
    *,
    group: Group | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Rejection]:
    """Return rows that stay out, by number; with ``group`` those of one reason."""
    query = _rejected(import_id).where(_open, _r.row > after)
    if group is not None:
        query = query.where(_r.why == group.why, _r.place == group.column)
    return [_rejected_of(row) for row in work.connection.execute(query.limit(limit))]


def rows_of(work: Work, import_id: str, numbers: Iterable[int]) -> dict[int, Rejection]:
    """Return kept rows by their numbers, those that went in included."""
    query = _rejected(import_id).where(_r.row.in_(list(numbers)))
    return {row.row: _rejected_of(row) for row in work.connection.execute(query)}


def mended(work: Work, import_id: str, limit: int) -> list[Rejection]:
    """Return corrected rows that wait to be sent."""
    query = _rejected(import_id).where(_open, _r.why == "").limit(limit)
    return [_rejected_of(row) for row in work.connection.execute(query)]


def groups(work: Work, import_id: str) -> list[Group]:
    """Return why rows stay out, the most frequent reason first; mended ones are left out."""
    query = (
        select(_r.why, _r.place, func.count().label("rows"))
        .where(_r.import_id == import_id, _open, _r.why != "")
        .group_by(_r.why, _r.place)
        .order_by(func.count().desc(), _r.why, _r.place)
    )
    return [Group(row.why, row.place, row.rows) for row in work.connection.execute(query)]


def drop_rejections(work: Work, import_id: str) -> None:
    """Forget the rows of one import."""
    work.connection.execute(delete(rejections).where(_r.import_id == import_id))


def untouched_since(work: Work, before: int) -> list[str]:
    """Return the imports at rest that nobody has touched since a moment."""
    query = select(_c.id).where(_c.changed < before, _c.state.not_in(BUSY))
    return list(work.connection.execute(query).scalars())


def ids(work: Work) -> set[str]:
    """Return the ids of all imports."""
    return set(work.connection.execute(select(_c.id)).scalars())


def _rejected(import_id: str) -> Select[Any]:
    return select(rejections).where(_r.import_id == import_id).order_by(_r.row)


def _row(one: Import) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(one)
    return {name: plain[name] for name in imports.c.keys()}  # noqa: SIM118  (a column's name)


def _of(row: Row[Any], out: int, corrected: int) -> Import:
    given = {**row._mapping, "rejected": out, "mended": corrected}
    given["plan"] = None if row.plan is None else msgspec.convert(row.plan, Plan)
    given["checked"] = None if row.checked is None else msgspec.convert(row.checked, Checked)
    given["columns"] = tuple(row._mapping["columns"])
    state: State = row.state
    return Import(**{**given, "state": state})


def _rejection(one: Rejection) -> dict[str, Any]:
    first = one.faults[0] if one.faults else None
    column = first.columns[0] if first is not None and first.columns else ""
    return {
        "row": one.row,
        "why": first.why if first is not None else "",
        "place": column,
        "values": one.values,
        "faults": msgspec.to_builtins(one.faults),
        "settled": one.settled,
    }


def _rejected_of(row: Row[Any]) -> Rejection:
    given = row._mapping
    faults = msgspec.convert(given["faults"], tuple[Fault, ...])
    return Rejection(row.row, given["values"], faults, row.settled)
