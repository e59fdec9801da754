"""Tables of promises: the ledger, budgets, coupons and what was tried with them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0940"
down_revision = "2026_11_22_0935"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _ledger()
    _terms()
    _coupons()


def _ledger() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=True),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_ledger_accounts_name")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_entries_key")),
        sa.UniqueConstraint("reverses", name=op.f("uq_ledger_entries_reverses")),
    )
    op.create_table(
        "ledger_lines",
        sa.Column("id", _ID, nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_lines")),
    )
    op.create_index("ix_ledger_lines_account", "ledger_lines", ["account", "id"])
    op.create_index("ix_ledger_lines_entry", "ledger_lines", ["entry"])
    op.create_table(
        "ledger_reservations",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("posted", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("to", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ledger_reservations")),
    )
    op.create_index(
        "ix_ledger_reservations_pending",
        "ledger_reservations",
        ["expires", "account"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def _terms() -> None:
    op.create_table(
        "coupon_budgets",
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_coupon_budgets")),
    )
    op.create_table(
        "coupon_templates",
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=True),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=True),
        sa.Column("shared", sa.String(64), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_coupon_templates")),
        sa.UniqueConstraint("shared", name=op.f("uq_coupon_templates_shared")),
    )
    op.create_index("ix_coupon_templates_campaign", "coupon_templates", ["campaign"])
    op.create_table(
        "coupon_template_versions",
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("template", "version", name=op.f("pk_coupon_template_versions")),
    )


def _coupons() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("code", sa.String(12), nullable=True),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=True),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=True),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("lock", sa.String(36), nullable=True),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("redeemed", sa.BigInteger(), nullable=True),
        sa.Column("redemption", _ID, nullable=True),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("quote", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("code", name=op.f("uq_coupons_code")),
        sa.UniqueConstraint("lock", name=op.f("uq_coupons_lock")),
    )
    op.create_index("ix_coupons_came_with", "coupons", ["came_with"])
    op.create_index(
        "ix_coupons_open",
        "coupons",
        ["expires"],
        sqlite_where=sa.text("state IN ('available', 'locked')"),
        postgresql_where=sa.text("state IN ('available', 'locked')"),
    )
    op.create_index("ix_coupons_order", "coupons", ["order"])
    op.create_index("ix_coupons_origin", "coupons", ["origin"])
    op.create_index("ix_coupons_profile", "coupons", ["profile"])
    op.create_index("ix_coupons_template", "coupons", ["template", "issued", "id"])
    op.create_table(
        "coupon_uses",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("verb", sa.String(8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("coupon", sa.String(32), nullable=True),
        sa.Column("template", sa.String(64), nullable=True),
        sa.Column("profile", sa.Integer(), nullable=True),
        sa.Column("came_with", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("order", sa.String(), nullable=True),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_uses")),
        sa.UniqueConstraint("key", name=op.f("uq_coupon_uses_key")),
    )
    op.create_index("ix_coupon_uses_came_with", "coupon_uses", ["came_with"])
    op.create_index("ix_coupon_uses_coupon", "coupon_uses", ["coupon"])
    op.create_index("ix_coupon_uses_profile", "coupon_uses", ["profile"])
    op.create_index("ix_coupon_uses_template", "coupon_uses", ["template", "id"])
    op.create_table(
        "coupon_handouts",
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("segment", sa.String(64), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=True),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_coupon_handouts")),
    )
    op.create_index("ix_coupon_handouts_template", "coupon_handouts", ["template"])
