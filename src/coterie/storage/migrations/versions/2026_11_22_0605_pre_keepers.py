"""What is kept of people follows them when they merge."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0605"
down_revision = "2026_11_22_0600"

_TABLES = (
    "messages",
    "journey_runs",
    "community_participations",
    "community_invitations",
    "segment_changes",
)


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(
            table, sa.Column("came_with", sa.Integer(), nullable=False, server_default="0")
        )
    op.add_column("code_links", sa.Column("came_with", sa.Integer(), nullable=True))
    for table in (*_TABLES, "code_links"):
        rows = sa.table(table, sa.column("profile"), sa.column("came_with"))
        op.execute(rows.update().values(came_with=rows.c.profile))
        op.create_index(op.f(f"ix_{table}_came_with"), table, ["came_with"])
    op.add_column("journey_runs", sa.Column("contaminated", sa.BigInteger(), nullable=True))
    op.add_column("community_participations", sa.Column("gave_way", sa.BigInteger(), nullable=True))
    op.add_column(
        "segment_changes",
        sa.Column("silent", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    followed = sa.text("profile <> came_with")
    op.create_index(
        "ix_messages_followed",
        "messages",
        ["profile"],
        sqlite_where=followed,
        postgresql_where=followed,
    )
