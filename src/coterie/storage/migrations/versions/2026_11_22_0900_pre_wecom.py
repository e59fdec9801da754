"""The connection to WeCom: tokens, raw callbacks."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0900"
down_revision = "2026_11_22_0805"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of what WeCom lent and of what it calls back."""
    op.create_table(
        "wecom_passes",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", "kind", name=op.f("pk_wecom_passes")),
    )
    op.create_table(
        "wecom_callbacks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.Column("xml", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wecom_callbacks")),
        sa.UniqueConstraint("hash", name=op.f("uq_wecom_callbacks_hash")),
    )
    op.create_index("ix_wecom_callbacks_came", "wecom_callbacks", ["came"])
    op.create_index("ix_wecom_callbacks_state", "wecom_callbacks", ["state", "id"])
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "ix_wecom_callbacks_of", "wecom_callbacks", ["of", "id"],
        sqlite_where=waits, postgresql_where=waits,
    )  # fmt: skip
