"""The stamp of what segments are asked of, so that an answer may be kept while it is true."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0510"
down_revision = "2026_11_22_0505"


def upgrade() -> None:
    op.create_table(
        "segment_stamp",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_stamp")),
    )
