"""The tables of materials: the things, their versions, files, uses, and what refers to them."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    distinct,
    func,
    select,
    update,
)

from coterie.catalog.materials.model import File, Material, Reference, Uses, Version
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

material_rows = Table(
    "materials",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("titles", JSON, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("language", String(8), nullable=False),
    Column("current", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Column("retired", Moment),
)
file_rows = Table(
    "material_files",
    metadata,
    Column("sha", String(64), primary_key=True),
    Column("mime", String(80), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("kept", Moment, nullable=False),
)
version_rows = Table(
    "material_versions",
    metadata,
    Column("material", String(64), ForeignKey("materials.slug"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("name", String, nullable=False),
    Column("file", String(64), ForeignKey("material_files.sha")),
    Column("thumb", String(64), ForeignKey("material_files.sha")),
    Column("address", String(32), nullable=False, unique=True),
    Column("thumb_address", String(32), unique=True),
    Column("since", Moment),
    Column("until", Moment),
    Column("rights", Text, nullable=False),
    Column("made", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("note", Text, nullable=False),
)
use_rows = Table(
    "material_uses",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("material", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("how", String(8), nullable=False),
    Column("guide", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
reference_rows = Table(
    "material_references",
    metadata,
    Column("room", String(32), primary_key=True),
    Column("object", String(80), primary_key=True),
    Column("material", String(64), primary_key=True, index=True),
)
_M, _F, _V, _U, _R = (
    material_rows.c, file_rows.c, version_rows.c, use_rows.c, reference_rows.c
)  # fmt: skip
Index("ix_material_uses_material", _U.material, _U.at)


def save(work: Work, material: Material) -> None:
    """Write a material, new or changed, apart from its versions."""
    row = {
        "slug": material.slug,
        "kind": material.kind,
        "titles": dict(material.titles),
        "topics": list(material.topics),
        "tags": list(material.tags),
        "language": material.language,
        "current": material.version.number,
        "created": material.created,
        "retired": material.retired,
    }
    change = [name for name in row if name not in {"slug", "kind", "created"}]
    work.upsert(material_rows, [row], key=["slug"], change=change)


def add_version(work: Work, version: Version) -> None:
    """Keep a new version, and what is known of its files."""
    files = [one for one in (version.file, version.thumb) if one is not None]
    work.insert_new(file_rows, [{**vars(one), "kept": work.now} for one in files])
    row = {
        **vars(version),
        "file": version.file.sha if version.file else None,
        "thumb": version.thumb.sha if version.thumb else None,
    }
    work.insert(version_rows, [row])


def set_bounds(
    work: Work, slug: str, number: int, since: int | None, until: int | None, rights: str
) -> None:
    """Change from when until when a version may be used, and by whose leave."""
    work.connection.execute(
        update(version_rows)
        .where(_V.material == slug, _V.number == number)
        .values(since=since, until=until, rights=rights)
    )


def exists(work: Work, slug: str, *, lock: bool = False) -> bool:
    """Say whether there is a material of that name; with ``lock``, nobody else changes it."""
    query = select(_M.slug).where(_M.slug == slug)
    return work.connection.execute(query.with_for_update() if lock else query).first() is not None


def every(work: Work, slugs: Collection[str] | None = None) -> list[Material]:
    """Return materials with the versions that count, the newest version first."""
    query = (
        select(material_rows, version_rows)
        .join(version_rows, (_V.material == _M.slug) & (_V.number == _M.current))
        .order_by(_V.made.desc(), _M.slug)
    )
    if slugs is not None:
        query = query.where(_M.slug.in_(sorted(slugs)))
    rows = work.connection.execute(query).all()
    files = _files(work, (sha for row in rows for sha in (row.file, row.thumb)))
    return [_material(row, files) for row in rows]


def versions(work: Work, slug: str) -> list[Version]:
    """Return a material's versions, the newest first."""
    query = select(version_rows).where(_V.material == slug).order_by(_V.number.desc())
    rows = work.connection.execute(query).all()
    files = _files(work, (sha for row in rows for sha in (row.file, row.thumb)))
    return [_version(row, files) for row in rows]


def at_address(work: Work, address: str) -> tuple[Version, str, bool] | None:
    """Return the version with an address, its kind, and whether the small picture is meant."""
    query = (
        select(version_rows, _M.kind)
        .join(material_rows, _M.slug == _V.material)
        .where((_V.address == address) | (_V.thumb_address == address))
    )
    row = work.connection.execute(query).first()
    if row is None:
        return None
    files = _files(work, (row.file, row.thumb))
    return _version(row, files), row.kind, row.thumb_address == address


def file(work: Work, sha: str) -> File | None:
    """Return what is known of a file."""
    return _files(work, [sha]).get(sha)


def kept(work: Work) -> set[str]:
    """Return the hashes of all files that a version has."""
    return set(work.connection.execute(select(_F.sha)).scalars())


# --- uses and references


def add_use(work: Work, slug: str, number: int, how: str, guide: str) -> None:
    """Count a use."""
    row = {"material": slug, "number": number, "how": how, "guide": guide, "at": work.now}
    work.insert(use_rows, [row])


def uses(work: Work) -> dict[str, Uses]:
    """Count the uses of every material that has any."""
    query = (
        select(
            _U.material, _U.how, func.count().label("number"), func.max(_U.at).label("latest")
        ).group_by(_U.material, _U.how)
    )  # fmt: skip
    found: dict[str, dict[str, int]] = {}
    latest: dict[str, int] = {}
    for row in work.connection.execute(query):
        found.setdefault(row.material, {})[row.how] = row.number
        latest[row.material] = max(row.latest, latest.get(row.material, 0))
    named = select(_U.material, func.count(distinct(_U.guide)).label("guides"))
    guides = {
        row.material: row.guides
        for row in work.connection.execute(named.where(_U.guide != "").group_by(_U.material))
    }
    return {
        slug: Uses(sum(by_how.values()), guides.get(slug, 0), by_how, latest[slug])
        for slug, by_how in found.items()
    }


def refer(work: Work, room: str, name: str, slugs: Iterable[str]) -> None:
    """Replace what a thing of a room refers to."""
    work.connection.execute(delete(reference_rows).where(_R.room == room, _R.object == name))
    rows = [{"room": room, "object": name, "material": slug} for slug in sorted(set(slugs))]
    work.insert(reference_rows, rows)


def references(work: Work, slug: str) -> list[Reference]:
    """Return what refers to a material."""
    query = select(reference_rows).where(_R.material == slug).order_by(_R.room, _R.object)
    return [Reference(row.room, row.object) for row in work.connection.execute(query)]


def _files(work: Work, shas: Iterable[str | None]) -> dict[str, File]:
    wanted = {sha for sha in shas if sha is not None}
    if not wanted:
        return {}
    query = select(file_rows).where(_F.sha.in_(sorted(wanted)))
    return {
        row.sha: File(row.sha, row.mime, row.size, row.width, row.height)
        for row in work.connection.execute(query)
    }


def _version(row: Row[Any], files: dict[str, File]) -> Version:
    return Version(
        material=row.material, number=row.number, text=row.text, url=row.url, name=row.name,
        file=files.get(row.file), thumb=files.get(row.thumb), address=row.address,
        thumb_address=row.thumb_address, since=row.since, until=row.until, rights=row.rights,
        made=row.made, by=row.by, note=row.note,
    )  # fmt: skip


def _material(row: Row[Any], files: dict[str, File]) -> Material:
    return Material(
        slug=row.slug, kind=row.kind, titles=row.titles, topics=tuple(row.topics),
        tags=tuple(row.tags), language=row.language, created=row.created,
        version=_version(row, files), retired=row.retired,
    )  # fmt: skip
