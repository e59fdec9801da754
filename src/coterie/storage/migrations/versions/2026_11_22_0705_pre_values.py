"""Values: what orders tell of a person, and when she comes; published traits by columns."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0705"
down_revision = "2026_11_22_0700"


def upgrade() -> None:
    op.create_table(
        "published_traits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("keeps_since", sa.Boolean(), nullable=False),
        sa.Column("stamp", sa.String(length=36), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_traits")),
        sa.UniqueConstraint("name", name=op.f("uq_published_traits_name")),
    )
    op.create_table(
        "published_since",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("trait", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("profile", "trait", name=op.f("pk_published_since")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_published_since_trait"), "published_since", ["trait"], unique=False)
    op.create_table(
        "value_settings",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_value_settings")),
    )
    for name, body in (("value_models", "model"), ("value_reports", "report")):
        op.create_table(
            name,
            sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column(body, sa.JSON(), nullable=False),
            sa.PrimaryKeyConstraint("at", name=op.f(f"pk_{name}")),
        )
    op.create_table(
        "value_future",
        sa.Column("profile", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("profile", name=op.f("pk_value_future")),
    )
    op.create_index(op.f("ix_value_future_due"), "value_future", ["due"], unique=False)
    op.create_table(
        "value_due",
        sa.Column("task", sa.String(length=16), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_value_due")),
    )
