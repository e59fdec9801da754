"""Consent with proof, erasure and its tombstones, copies of the house."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0615"
down_revision = "2026_11_22_0610"


def upgrade() -> None:
    """Say whom the words of old were born to, and make the tables."""
    for name in ("version", "wording", "evidence"):
        op.add_column("consent_facts", sa.Column(name, sa.String()))
    op.add_column(
        "consent_facts", sa.Column("came_with", sa.Integer(), nullable=False, server_default="0")
    )
    rows = sa.table("consent_facts", sa.column("profile"), sa.column("came_with"))
    op.execute(rows.update().values(came_with=rows.c.profile))
    op.create_index(op.f("ix_consent_facts_came_with"), "consent_facts", ["came_with"])
    op.add_column("profiles", sa.Column("erased", sa.BigInteger()))
    op.add_column(
        "messages",
        sa.Column("personalised", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column("messages", sa.Column("min_age", sa.Integer()))
    _erasures()
    op.create_table(
        "tombstones",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("erasure", sa.String(36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lifted", sa.BigInteger()),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_tombstones")),
    )
    op.create_index(op.f("ix_tombstones_erasure"), "tombstones", ["erasure"])
    op.create_table(
        "tombstone_stamp",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tombstone_stamp")),
    )
    op.create_table(
        "backups",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_backups")),
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("started", sa.BigInteger()),
        sa.Column("finished", sa.BigInteger()),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("searched", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("digests", sa.JSON(), nullable=False),
        sa.Column("backups", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_profile"), "erasures", ["profile"])
    op.create_index(op.f("ix_erasures_state"), "erasures", ["state"])
