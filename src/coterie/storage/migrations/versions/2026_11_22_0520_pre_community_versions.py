"""Every version of a community's definition; joins and leaves found by day."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0520"
down_revision = "2026_11_22_0510"

_PARTS = "community_participations"


def upgrade() -> None:
    op.create_table(
        "community_versions",
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("community", "version", name=op.f("pk_community_versions")),
    )
    # what stands is the first version; who wrote it was not kept
    op.execute(
        "INSERT INTO community_versions (community, version, definition, at, actor) "
        "SELECT slug, 1, definition, created, 'command:coterie' FROM communities"
    )
    for column in ("joined", "left"):
        op.create_index(
            op.f(f"ix_community_participations_community_{column}"),
            _PARTS,
            ["community", column],
            unique=False,
        )
