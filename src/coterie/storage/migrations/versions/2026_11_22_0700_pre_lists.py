"""Lists: uploaded, versioned lists of people for rules."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0700"
down_revision = "2026_11_22_0630"


def upgrade() -> None:
    """Add lists, their versions, and the names that led to nobody yet."""
    op.create_table(
        "lists",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lists")),
    )
    op.create_table(
        "list_versions",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("unmatched", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_list_versions")),
    )
    op.create_table(
        "list_unmatched",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint(
            "name", "version", "kind", "digest", name=op.f("pk_list_unmatched")
        ),
    )
    op.create_index(op.f("ix_list_unmatched_digest"), "list_unmatched", ["digest"], unique=False)
