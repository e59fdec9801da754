"""Tables of benefits, and of visits."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0945"
down_revision = "2026_11_22_0940"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _benefits()
    _claims()
    _visits()


def _benefits() -> None:
    op.create_table(
        "benefits",
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("on", sa.String(), nullable=False),
        sa.Column("give", sa.String(64), nullable=False),
        sa.Column("where", sa.JSON(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(64)),
        sa.Column("undo_on", sa.String()),
        sa.Column("funder", sa.String(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_benefits")),
    )


def _claims() -> None:
    op.create_table(
        "benefit_claims",
        sa.Column("id", _ID, nullable=False),
        sa.Column("benefit", sa.String(64), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("coupon", sa.String(64)),
        sa.Column("redeemed", sa.Boolean(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_claims")),
    )
    op.create_index("ix_benefit_claims_came_with", "benefit_claims", ["came_with"])
    op.create_index("ix_benefit_claims_coupon", "benefit_claims", ["coupon"])
    op.create_index("ix_benefit_claims_benefit_profile", "benefit_claims", ["benefit", "profile"])
    op.create_index("ix_benefit_claims_profile", "benefit_claims", ["profile"])
    op.create_index("ix_benefit_claims_benefit_by", "benefit_claims", ["benefit", "by"])


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", _ID, nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_came_with", "visits", ["came_with"])
    op.create_index("ix_visits_profile_day", "visits", ["profile", "day"])
    op.create_index("ix_visits_store_day", "visits", ["store", "day"])
