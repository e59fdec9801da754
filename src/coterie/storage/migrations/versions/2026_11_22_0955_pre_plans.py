"""Tables of campaigns."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0955"
down_revision = "2026_11_22_0950"


def upgrade() -> None:
    """Make them."""
    _definitions()
    _people()


def _definitions() -> None:
    op.create_table(
        "campaigns",
        sa.Column("slug", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("phase", sa.String(12)),
        sa.Column("since", sa.BigInteger),
        sa.Column("blocked", sa.BigInteger),
        sa.Column("drawn", sa.Boolean, nullable=False),
        sa.Column("tiered", sa.String(10)),
        sa.Column("warmed", sa.String(10)),
        sa.Column("overrides", sa.JSON, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("due", sa.BigInteger),
    )
    op.create_index("ix_campaigns_due", "campaigns", ["due"])
    op.create_table(
        "campaign_versions",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("source", sa.JSON, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
    )
    op.create_table(
        "campaign_bases",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("people", sa.LargeBinary, nullable=False),
        sa.Column("invited", sa.LargeBinary, nullable=False),
        sa.Column("held_out", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "campaign_tasks",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(140), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "campaign_stays",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("chat", sa.String(64), primary_key=True),
        sa.Column("came_with", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("profile", sa.Integer, nullable=False),
        sa.Column("joined", sa.BigInteger, nullable=False),
        sa.Column("left", sa.BigInteger),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_campaign_stays_profile", "campaign_stays", ["profile"])
    op.create_index("ix_campaign_stays_born", "campaign_stays", ["came_with"])
    op.create_table(
        "campaign_tiers",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("came_with", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("profile", sa.Integer, nullable=False),
        sa.Column("tier", sa.String(8), nullable=False),
        sa.Column("why", sa.JSON, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("acted", sa.BigInteger),
    )
    op.create_index("ix_campaign_tiers_profile", "campaign_tiers", ["profile"])
    op.create_index("ix_campaign_tiers_born", "campaign_tiers", ["came_with"])
    op.create_table(
        "campaign_friends",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("referral", sa.String(64), primary_key=True),
        sa.Column("profile", sa.Integer, nullable=False),
        sa.Column("came_with", sa.Integer, nullable=False),
    )
    op.create_index("ix_campaign_friends_profile", "campaign_friends", ["profile"])
    op.create_index("ix_campaign_friends_came_with", "campaign_friends", ["came_with"])
