"""Messages by status and reason: what the console counts and lists."""

from alembic import op

revision = "2026_11_22_0555"
down_revision = "2026_11_22_0546"


def upgrade() -> None:
    op.create_index(
        op.f("ix_messages_status_reason"), "messages", ["status", "reason"], unique=False
    )
