"""The log, for merged and erased people and for history in bulk."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0610"
down_revision = "2026_11_22_0605"


def upgrade() -> None:
    op.add_column(
        "log_state", sa.Column("revision", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.create_table(
        "log_seen_files",
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ids", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_log_seen_files")),
    )
    op.create_table(
        "road_owed",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.Column("scored", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_owed")),
    )
