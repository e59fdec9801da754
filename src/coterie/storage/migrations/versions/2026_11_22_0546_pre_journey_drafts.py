"""Drafts of journeys, and every version that was published; those in force are kept as theirs."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0546"
down_revision = "2026_11_22_0545"


def upgrade() -> None:
    op.create_table(
        "journey_drafts",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("node_map", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_journey_drafts")),
    )
    op.create_table(
        "journey_versions",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("node_map", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "version", name=op.f("pk_journey_versions")),
    )
    op.execute(
        "INSERT INTO journey_versions (slug, version, definition, node_map, at, by) "
        "SELECT slug, version, definition, '{}', changed_at, changed_by FROM journeys"
    )
