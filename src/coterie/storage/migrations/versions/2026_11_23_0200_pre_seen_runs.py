"""Message ids that were seen lie in sorted runs, a row an append."""

import os
from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0200"
down_revision = "2026_11_23_0500"

_PORTION = 200_000


def upgrade() -> None:
    """Carry what the index of digests held over into runs; files say since when they reach."""
    runs = op.create_table(
        "log_seen_runs",
        sa.Column(
            "stamp",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ids", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    for row in _runs():
        op.get_bind().execute(runs.insert(), row)
    op.drop_table("log_seen")
    with op.batch_alter_table("log_seen_files") as table:
        table.add_column(sa.Column("first", sa.BigInteger(), nullable=True))
    files = sa.table("log_seen_files", sa.column("first"), sa.column("at"))
    op.execute(files.update().values(first=files.c.at))
    with op.batch_alter_table("log_seen_files") as table:
        table.alter_column("first", existing_type=sa.BigInteger(), nullable=False)


def _runs() -> Iterator[dict[str, object]]:
    """Yield rows: of each digest the first eight bytes, then the next one of each, then moments.

    In the order of the digests, as numbers: big-endian, so also as bytes.
    """
    seen = sa.table("log_seen", sa.column("digest"), sa.column("at"))
    last = b""
    while True:
        query = sa.select(seen.c.digest, seen.c.at).where(seen.c.digest > last)
        rows = op.get_bind().execute(query.order_by(seen.c.digest).limit(_PORTION)).all()
        if not rows:
            return
        last = bytes(rows[-1].digest)
        digests = np.frombuffer(b"".join(bytes(row.digest)[:9] for row in rows), np.uint8)
        each = digests.reshape(-1, 9)
        high = np.ascontiguousarray(each[:, :8]).view(">u8")
        low = np.ascontiguousarray(each[:, 8])
        at = np.array([row.at for row in rows], "<i8")
        yield {
            "stamp": int.from_bytes(os.urandom(8)) >> 1,
            "at": int(at.max()),
            "ids": len(rows),
            "body": high.astype("<u8").tobytes() + low.tobytes() + at.tobytes(),
        }
