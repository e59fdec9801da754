"""Scores: who holds the book of how people stand."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0710"
down_revision = "2026_11_22_0705"


def upgrade() -> None:
    """Make the row that says which process wrote scores last."""
    op.create_table(
        "score_book",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("turned", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_book")),
    )
