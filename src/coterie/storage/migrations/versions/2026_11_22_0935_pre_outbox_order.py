"""The outbox's queue in the order in which it is leased."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0935"
down_revision = "2026_11_22_0930"


def upgrade() -> None:
    """Let the index of what is due tell the order among equals, too."""
    queued = sa.text("status = 'queued'")
    op.drop_index("ix_messages_due", table_name="messages")
    op.create_index(
        "ix_messages_due", "messages", ["due", "seq"], sqlite_where=queued, postgresql_where=queued
    )
