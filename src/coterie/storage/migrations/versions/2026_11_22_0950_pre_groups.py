"""Tables of groups."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0950"
down_revision = "2026_11_22_0945"


def upgrade() -> None:
    """Make the tables of groups, of who was in them, and of what is posted in them."""
    _groups()
    _stays()
    _rhythms()


def _groups() -> None:
    op.create_table(
        "community_groups",
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("store", sa.String(64)),
        sa.Column("topic", sa.String(200)),
        sa.Column("community", sa.String(64)),
        sa.Column("code", sa.String(30)),
        sa.Column("campaign", sa.String(64)),
        sa.Column("guide", sa.String(64), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger()),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("qr_limit", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(64)),
        sa.Column("paused", sa.BigInteger()),
        sa.Column("looked", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger()),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_community_groups")),
        sa.UniqueConstraint("slug", name=op.f("uq_community_groups_slug")),
    )
    for name in ("store", "community", "code", "rhythm", "due"):
        op.create_index(f"ix_community_groups_{name}", "community_groups", [name])


def _stays() -> None:
    table = "community_group_stays"
    op.create_table(
        table,
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("joined", sa.BigInteger()),
        sa.Column("left", sa.BigInteger()),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(30), nullable=False),
        sa.Column("scene", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_group_stays")),
    )
    op.create_index(f"ix_{table}_profile", table, ["profile"])
    op.create_index(f"ix_{table}_came_with", table, ["came_with"])
    op.create_index(f"ix_{table}_chat_joined", table, ["chat", "joined"])
    op.create_index(f"ix_{table}_chat_left", table, ["chat", "left"])


def _rhythms() -> None:
    op.create_table(
        "community_rhythms",
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_community_rhythms")),
    )
    op.create_table(
        "community_group_plays",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("rhythm", sa.String(64), nullable=False),
        sa.Column("play", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("send", sa.String()),
        sa.Column("reason", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_group_plays")),
    )
    op.create_index("ix_community_group_plays_chat_at", "community_group_plays", ["chat", "at"])
