"""Languages of templates; what a journey's draft was before each change."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0800"
down_revision = "2026_11_22_0755"


def upgrade() -> None:
    """Let a template say the same in several languages, and changes of a draft be taken back."""
    with op.batch_alter_table("message_templates") as table:
        table.add_column(sa.Column("language", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("variants", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "journey_draft_steps",
        sa.Column("slug", sa.String(), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("node_map", sa.JSON(), nullable=False),
    )
