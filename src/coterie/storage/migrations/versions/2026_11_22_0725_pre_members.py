"""Populations in a table of their own: a bitmap of some time ago, and the changes since."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0725"
down_revision = "2026_11_22_0720"


def upgrade() -> None:
    """Take the bitmaps over; they reckon with all changes up to now."""
    op.create_table(
        "segment_members",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_segment_members")),
    )
    op.execute(
        "INSERT INTO segment_members (slug, upto, members) "
        "SELECT slug, (SELECT coalesce(max(id), 0) FROM segment_changes), members FROM segments"
    )
    with op.batch_alter_table("segments") as batch:
        batch.drop_column("members")
        batch.add_column(sa.Column("unwritten", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_segment_changes_segment_id", "segment_changes", ["segment", "id"])
