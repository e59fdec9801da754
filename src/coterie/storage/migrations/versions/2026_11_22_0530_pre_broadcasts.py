"""Broadcasts and the audience that each was fixed to; messages by who asked for them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0530"
down_revision = "2026_11_22_0520"


def upgrade() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=True),
        sa.Column("approved", sa.JSON(), nullable=True),
        sa.Column("ended", sa.JSON(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("started", sa.BigInteger(), nullable=True),
        sa.Column("finished", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    op.create_index(op.f("ix_broadcasts_due"), "broadcasts", ["due"], unique=False)
    op.create_index(op.f("ix_broadcasts_state"), "broadcasts", ["state"], unique=False)
    op.create_table(
        "broadcast_audiences",
        sa.Column("broadcast", sa.String(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("broadcast", name=op.f("pk_broadcast_audiences")),
    )
    op.create_index(
        op.f("ix_messages_origin_status"), "messages", ["origin", "status"], unique=False
    )
