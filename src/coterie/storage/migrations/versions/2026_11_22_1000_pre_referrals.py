"""Tables of referrals."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_1000"
down_revision = "2026_11_22_0955"


def upgrade() -> None:
    """Make them."""
    _programmes()
    _referrals()


def _programmes() -> None:
    op.create_table(
        "referral_programmes",
        sa.Column("slug", sa.String(64), primary_key=True),
        sa.Column("definition", sa.JSON, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "referral_codes",
        sa.Column("code", sa.String(30), primary_key=True),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("profile", sa.Integer, nullable=False),
        sa.Column("came_with", sa.Integer),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("guide", sa.String(64)),
        sa.Column("invited", sa.BigInteger),
        sa.UniqueConstraint("programme", "came_with", name="uq_referral_codes_programme_came_with"),
    )
    op.create_index("ix_referral_codes_came_with", "referral_codes", ["came_with"])
    op.create_index("ix_referral_codes_profile", "referral_codes", ["profile", "programme"])
    op.create_index("ix_referral_codes_programme", "referral_codes", ["programme", "since"])
    op.create_index("ix_referral_codes_guide", "referral_codes", ["guide"])


def _referrals() -> None:
    op.create_table(
        "referral_signs",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("profile", sa.Integer, nullable=False),
        sa.Column("came_with", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("ref", sa.String(200), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_referral_signs_profile", "referral_signs", ["profile"])
    op.create_index("ix_referral_signs_came_with", "referral_signs", ["came_with"])
    op.create_index("ix_referral_signs_at", "referral_signs", ["at"])
    op.create_table(
        "referrals",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("profile", sa.Integer, nullable=False),
        sa.Column("came_with", sa.Integer),
        sa.Column("code", sa.String(30), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("touched", sa.BigInteger, nullable=False),
        sa.Column("joined", sa.BigInteger),
        sa.Column("lost", sa.BigInteger),
        sa.Column("qualified", sa.BigInteger),
        sa.Column("ref", sa.String(200), nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("decision", sa.String(8), nullable=False),
        sa.Column("decided", sa.BigInteger),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.UniqueConstraint("programme", "came_with", name="uq_referrals_programme_came_with"),
        sa.CheckConstraint(
            "joined IS NULL OR state = 'rejected' OR joined > touched - 1000",
            name="ck_referrals_touched_before_joined",
        ),
    )
    op.create_index("ix_referrals_profile", "referrals", ["profile"])
    op.create_index("ix_referrals_came_with", "referrals", ["came_with"])
    op.create_index("ix_referrals_code", "referrals", ["code"])
    op.create_index("ix_referrals_programme", "referrals", ["programme", "state", "touched"])
    due = sa.text("due IS NOT NULL")
    op.create_index(
        "ix_referrals_due", "referrals", ["due"], sqlite_where=due, postgresql_where=due
    )
    op.create_table(
        "referral_rewards",
        sa.Column("referral", sa.String(32), primary_key=True),
        sa.Column("side", sa.String(8), primary_key=True),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("coupon", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
