"""The team: preferences, first passwords, disabled accounts, saved views; when a key was used."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0505"
down_revision = "2026_11_22_0310"


def upgrade() -> None:
    for column in (
        sa.Column("language", sa.String(), server_default="", nullable=False),
        sa.Column("theme", sa.String(), server_default="system", nullable=False),
        sa.Column("page_rows", sa.Integer(), server_default=sa.text("50"), nullable=False),
        sa.Column("must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("disabled", sa.BigInteger(), nullable=True),
        sa.Column("signed_in", sa.BigInteger(), nullable=True),
    ):
        op.add_column("accounts", column)
    op.create_table(
        "account_views",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_views")),
        sa.UniqueConstraint(
            "account", "page", "name", name=op.f("uq_account_views_account_page_name")
        ),
    )
    op.add_column("write_keys", sa.Column("used", sa.BigInteger(), nullable=True))
