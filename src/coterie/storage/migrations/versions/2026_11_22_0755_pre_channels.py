"""What is handed over now, what was sent once more, and what channels answer later."""

import sqlalchemy as sa
from alembic import op

from coterie.storage.schema import BigId, Moment

revision = "2026_11_22_0755"
down_revision = "2026_11_22_0750"


def upgrade() -> None:
    """Add the tables of handing over and of callbacks."""
    op.create_table(
        "message_handovers",
        sa.Column("message", sa.String, primary_key=True),
        sa.Column("attempt", sa.Integer, nullable=False),
    )
    op.create_table(
        "message_replays",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by", sa.String, nullable=False),
    )
    op.create_index("ix_message_replays_message", "message_replays", ["message"])
    op.create_table(
        "message_answers",
        sa.Column("message", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("received", Moment, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("unknown", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_callbacks_channel_digest", "callbacks", ["channel", "digest"], unique=True)
    op.create_index("ix_callbacks_received", "callbacks", ["received"])
