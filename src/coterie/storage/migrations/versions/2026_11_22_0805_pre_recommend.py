"""Recommendations and polls."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0805"
down_revision = "2026_11_22_0800"


def upgrade() -> None:
    """Add the model of recommendations, what was chosen for it, and polls with their answers."""
    op.create_table(
        "recommend_models",
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stamp", name=op.f("pk_recommend_models")),
    )
    op.create_table(
        "recommend_items",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("lately", sa.Integer(), nullable=False),
        sa.Column("others", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_recommend_items")),
    )
    op.create_table(
        "recommend_choices",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_recommend_choices")),
    )
    op.create_table(
        "polls",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("poll", sa.JSON(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_polls")),
    )
    op.create_table(
        "poll_answers",
        sa.Column("poll", sa.String(length=64), nullable=False),
        sa.Column("came_with", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("poll", "came_with", name=op.f("pk_poll_answers")),
    )
    op.create_index(op.f("ix_poll_answers_profile"), "poll_answers", ["profile"], unique=False)
