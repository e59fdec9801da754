"""The hot tail holds what one transaction appended as one row, encoded by columns."""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0720"
down_revision = "2026_11_22_0710"

_COLUMNS = (
    "seq", "time", "received", "profile", "name", "type", "source", "items", "store", "amount",
    "properties",
)  # fmt: skip
_NO_AMOUNT = -(2**63)


def upgrade() -> None:
    """Take the events out of the old tables and put them, in their order, into the new one."""
    connection = op.get_bind()
    old = sa.table("log_hot", *(sa.column(name) for name in (*_COLUMNS, "stamp")))
    rows = connection.execute(sa.select(old).order_by(old.c.seq)).all()
    op.drop_table("log_hot_items")
    op.drop_table("log_hot")
    new = op.create_table(
        "log_hot",
        sa.Column(
            "last",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("last", name=op.f("pk_log_hot")),
    )
    if rows:
        lists = [[getattr(row, name) for row in rows] for name in _COLUMNS]
        amounts = _COLUMNS.index("amount")
        lists[amounts] = [_NO_AMOUNT if one is None else one for one in lists[amounts]]
        body = msgspec.msgpack.encode(lists)
        newest = rows[-1]
        whole = {"last": newest.seq, "events": len(rows), "stamp": newest.stamp, "body": body}
        connection.execute(sa.insert(new).values(whole))
