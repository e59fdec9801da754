"""The tables of scripts: scripts, their versions, who has read which, and the uses."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    case,
    distinct,
    func,
    select,
    update,
)

from coterie.guides.scripts.model import Script, Tally, Use, Version
from coterie.storage.keeping import came_with, forget
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

script_rows = Table(
    "guide_scripts",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("titles", JSON, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("objection", String(16)),
    Column("campaign", String(64)),
    Column("carrier", String(16), nullable=False),
    Column("banned", JSON, nullable=False),
    Column("current", Integer),
    Column("created", Moment, nullable=False),
    Column("retired", Moment),
)
version_rows = Table(
    "guide_script_versions",
    metadata,
    Column("script", String(64), ForeignKey("guide_scripts.slug"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("texts", JSON, nullable=False),
    Column("made", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("published", Moment),
    Column("published_by", String),
    Column("because", Text, nullable=False),
    Column("findings", JSON, nullable=False),
)
reading_rows = Table(
    "guide_script_readings",
    metadata,
    Column("script", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("guide", String(64), primary_key=True),
    Column("read", Moment),
    Column("reminded", Integer, nullable=False),
    Column("reminded_at", Moment),
)
use_rows = Table(
    "guide_script_uses",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("script", String(64), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("guide", String(64), nullable=False),
    Column("how", String(8), nullable=False),
    Column("at", Moment, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("profile", Integer),
    came_with(nullable=True),
    Column("said", LargeBinary),
    Column("bought", Moment),
    Column("joined", Moment),
    Column("came", Moment),
)
_S, _V, _R, _U = script_rows.c, version_rows.c, reading_rows.c, use_rows.c
Index("ix_guide_script_uses_profile", _U.profile, _U.at)
OUTCOMES = ("bought", "joined", "came")


def save(work: Work, script: Script) -> None:
    """Write a script, new or changed."""
    row = {**vars(script), "titles": dict(script.titles), "banned": list(script.banned)}
    change = [name for name in row if name not in {"slug", "created"}]
    work.upsert(script_rows, [row], key=["slug"], change=change)


def save_version(work: Work, version: Version) -> None:
    """Write a version, new or changed."""
    row = {
        **vars(version),
        "texts": dict(version.texts),
        "findings": [dict(one) for one in version.findings],
    }
    change = [name for name in row if name not in {"script", "number"}]
    work.upsert(version_rows, [row], key=["script", "number"], change=change)


def get(work: Work, slug: str, *, lock: bool = False) -> Script | None:
    """Return one script; with ``lock``, nobody else changes it meanwhile."""
    query = select(script_rows).where(_S.slug == slug)
    row = work.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _script(row)


def every(work: Work) -> list[Script]:
    """Return all scripts, those in use first, by stage and name."""
    query = select(script_rows).order_by(_S.retired.is_not(None), _S.stage, _S.slug)
    return [_script(row) for row in work.connection.execute(query)]


def versions(work: Work, slug: str) -> list[Version]:
    """Return a script's versions, the newest first."""
    query = select(version_rows).where(_V.script == slug).order_by(_V.number.desc())
    return [Version(**row._mapping) for row in work.connection.execute(query)]


def current(work: Work) -> list[tuple[Script, Version]]:
    """Return the scripts that guides see with the versions that they see, newest first."""
    query = (
        select(version_rows)
        .join(script_rows, (_S.slug == _V.script) & (_S.current == _V.number))
        .where(_S.retired.is_(None))
        .order_by(_V.published.desc(), _V.script)
    )
    found = [Version(**row._mapping) for row in work.connection.execute(query)]
    named = {one.slug: one for one in every(work)}
    return [(named[one.script], one) for one in found]


# --- who has read


def read(work: Work, slug: str, number: int, guide: str) -> None:
    """Write down that a guide has read a version; the first time counts."""
    row = {"script": slug, "number": number, "guide": guide, "read": None, "reminded": 0,
           "reminded_at": None}  # fmt: skip
    work.insert_new(reading_rows, [row])
    work.connection.execute(
        update(reading_rows)
        .where(_R.script == slug, _R.number == number, _R.guide == guide, _R.read.is_(None))
        .values(read=work.now)
    )


def remind(work: Work, slug: str, number: int, guides: Collection[str]) -> None:
    """Count one more reminder for each of these guides."""
    row = {"script": slug, "number": number, "read": None, "reminded": 0, "reminded_at": None}
    work.insert_new(reading_rows, [{**row, "guide": guide} for guide in guides])
    for chunk in in_chunks(sorted(guides)):
        work.connection.execute(
            update(reading_rows)
            .where(_R.script == slug, _R.number == number, _R.guide.in_(chunk))
            .values(reminded=_R.reminded + 1, reminded_at=work.now)
        )


def readings(work: Work, slug: str, number: int) -> dict[str, Row[Any]]:
    """Return what is kept of each guide beside a version."""
    query = select(reading_rows).where(_R.script == slug, _R.number == number)
    return {row.guide: row for row in work.connection.execute(query)}


def readings_of(work: Work, guide: str) -> dict[tuple[str, int], Row[Any]]:
    """Return what is kept of one guide beside all versions."""
    query = select(reading_rows).where(_R.guide == guide)
    return {(row.script, row.number): row for row in work.connection.execute(query)}


def read_counts(work: Work, guides: Collection[str]) -> dict[str, int]:
    """Count, by script, those of these guides who have read its current version."""
    counts: dict[str, int] = {}
    for chunk in in_chunks(sorted(guides)):
        query = (
            select(_R.script, func.count().label("number"))
            .join(script_rows, (_S.slug == _R.script) & (_S.current == _R.number))
            .where(_R.read.is_not(None), _R.guide.in_(chunk))
            .group_by(_R.script)
        )
        for row in work.connection.execute(query):
            counts[row.script] = counts.get(row.script, 0) + row.number
    return counts


# --- uses and what came of them


def add_use(work: Work, use: Use, said: bytes | None) -> None:
    """Keep a use; ``said`` is sealed."""
    row = {**vars(use), "said": said, **dict.fromkeys(OUTCOMES)}
    work.insert_new(use_rows, [row])


def uses_about(work: Work, profiles: Collection[int], since: int) -> list[Row[Any]]:
    """Return the uses about these people from a moment on, with what came of each."""
    columns = (_U.id, _U.profile, _U.at, *(_U[name] for name in OUTCOMES))
    found: list[Row[Any]] = []
    for chunk in in_chunks(sorted(profiles)):
        query = select(*columns).where(_U.profile.in_(chunk), _U.at >= since)
        found += work.connection.execute(query).all()
    return found


def came_of(work: Work, outcome: str, moments: Mapping[str, int]) -> None:
    """Write when something came of uses, by their ids."""
    rows = [{"id": use, outcome: at} for use, at in moments.items()]
    work.change(use_rows, rows, key=["id"], change=[outcome])


def tallies(work: Work, slug: str | None = None) -> dict[tuple[str, int], Tally]:
    """Count what came of every version that was used, or of one script's."""

    def people(outcome: str) -> Any:
        return func.count(distinct(case((_U[outcome].is_not(None), _U.profile))))

    query = select(
        _U.script, _U.number, func.count().label("uses"),
        func.sum(case((_U.edited, 1), else_=0)).label("edited"),
        func.count(distinct(_U.guide)).label("guides"),
        func.count(distinct(_U.profile)).label("people"),
        *(people(name).label(name) for name in OUTCOMES),
    ).group_by(_U.script, _U.number)  # fmt: skip
    if slug is not None:
        query = query.where(_U.script == slug)
    return {
        (row.script, row.number): Tally(
            row.uses, int(row.edited), row.guides, row.people, row.bought, row.joined, row.came
        )
        for row in work.connection.execute(query)
    }


def of_person(work: Work, profile: int) -> list[Row[Any]]:
    """Return the uses about a person, the oldest first."""
    query = select(use_rows).where(_U.profile == profile).order_by(_U.at, _U.id)
    return list(work.connection.execute(query))


def erase(work: Work, profiles: Collection[int]) -> int:
    """Forget what was said to these people, and that it was they; the counts stay true."""
    return forget(work, use_rows, profiles, _U.id != "", said=None)


def _script(row: Row[Any]) -> Script:
    fields = dict(row._mapping)
    return Script(**{**fields, "banned": tuple(fields["banned"])})


def numbers_of(found: Sequence[Version]) -> int:
    """Return the number that the next version has."""
    return max((one.number for one in found), default=0) + 1
