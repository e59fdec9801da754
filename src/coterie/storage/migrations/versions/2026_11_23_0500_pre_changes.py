"""A change of who is in a segment is a row for each step, with bitmaps, not one for each person."""

from collections.abc import Iterator
from itertools import islice

import sqlalchemy as sa
from alembic import op
from pyroaring import BitMap

revision = "2026_11_23_0500"
down_revision = "2026_11_22_1000"

_BEFORE = sa.table(
    "segment_changes_before",
    *map(sa.column, ("id", "segment", "came_with", "entered", "at", "version", "silent")),
)
_MEMBERS = sa.table("segment_members", *map(sa.column, ("slug", "upto", "members")))
_AT_ONCE, _PORTION = 50_000, 2_000


def upgrade() -> None:
    """Put the rows of each step together; write all populations anew."""
    for index in ("profile", "came_with", "segment_at", "segment_id"):
        op.drop_index(f"ix_segment_changes_{index}", "segment_changes")
    op.rename_table("segment_changes", "segment_changes_before")
    if op.get_bind().dialect.name == "postgresql":  # names that the new table wants for itself
        op.execute("ALTER INDEX pk_segment_changes RENAME TO pk_segment_changes_before")
        op.execute("ALTER SEQUENCE segment_changes_id_seq RENAME TO segment_changes_before_id_seq")
    _write_members()
    rows = _tables()
    steps = _steps()
    while portion := list(islice(steps, _PORTION)):
        op.bulk_insert(rows, portion)
    op.drop_table("segment_changes_before")
    op.execute(
        "UPDATE segment_members SET upto = (SELECT coalesce(max(id), 0) FROM segment_changes)"
    )
    op.execute("UPDATE segments SET unwritten = 0")


def _tables() -> sa.Table:
    made = op.create_table(
        "segment_changes",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True,
            nullable=False,
        ),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("came", sa.LargeBinary(), nullable=False),
        sa.Column("went", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_changes")),
    )  # fmt: skip
    op.create_index("ix_segment_changes_segment_id", "segment_changes", ["segment", "id"])
    op.create_index("ix_segment_changes_at", "segment_changes", ["at"])
    op.create_table(
        "segment_change_pages",
        sa.Column("page", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("upto", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("page", "upto", name=op.f("pk_segment_change_pages")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_segment_change_pages_upto", "segment_change_pages", ["upto"])
    return made


def _steps() -> Iterator[dict[str, object]]:
    """Put moves of one segment and moment that follow on each other together."""
    about: tuple[object, ...] = ()
    came, went = BitMap(), BitMap()
    for profile, entered, *others in _moves():
        if tuple(others) != about or profile in came or profile in went:
            if came or went:
                yield _row(about, came, went)
            about, came, went = tuple(others), BitMap(), BitMap()
        (came if entered else went).add(profile)
    if came or went:
        yield _row(about, came, went)


def _moves() -> Iterator[tuple[int, bool, str, int, int, bool]]:
    """Read the moves in their order, some at a time: rows are written between."""
    id_, names = 0, ("id", "came_with", "entered", "segment", "at", "version", "silent")
    while True:
        query = sa.select(*(_BEFORE.c[name] for name in names)).where(_BEFORE.c.id > id_)
        rows = op.get_bind().execute(query.order_by(_BEFORE.c.id).limit(_AT_ONCE)).all()
        if not rows:
            return
        yield from (tuple(row[1:]) for row in rows)
        id_ = rows[-1].id


def _row(about: tuple[object, ...], came: BitMap, went: BitMap) -> dict[str, object]:
    segment, at, version, silent = about
    return {
        "segment": segment, "at": at, "version": version, "silent": bool(silent),
        "entered": len(came), "left": len(went),
        "came": came.serialize(), "went": went.serialize(),
    }  # fmt: skip


def _write_members() -> None:
    """Have every bitmap reckon with all changes."""
    bind = op.get_bind()
    for slug, upto, blob in bind.execute(sa.select(_MEMBERS)).all():
        people = BitMap.deserialize(blob)
        later = sa.select(_BEFORE.c.came_with, _BEFORE.c.entered)
        later = later.where(_BEFORE.c.segment == slug, _BEFORE.c.id > upto).order_by(_BEFORE.c.id)
        for profile, entered in bind.execute(later):
            (people.add if entered else people.discard)(profile)
        written = _MEMBERS.update().where(_MEMBERS.c.slug == slug)
        bind.execute(written.values(members=people.serialize()))
