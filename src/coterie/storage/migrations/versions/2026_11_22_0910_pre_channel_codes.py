"""Channel codes, live group codes, welcomes."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0910"
down_revision = "2026_11_22_0905"


def upgrade() -> None:
    """Add codes with their versions and who came by them, codes at the platform, welcomes."""
    op.create_table(
        "codes_away",
        sa.Column("guide", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("guide", name=op.f("pk_codes_away")),
    )
    op.create_table(
        "codes_channel",
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=True),
        sa.Column("store", sa.String(length=64), nullable=True),
        sa.Column("campaign", sa.String(length=100), nullable=False),
        sa.Column("placement", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("successor", sa.String(length=30), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("last", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_codes_channel")),
        sa.UniqueConstraint("key", name=op.f("uq_codes_channel_key")),
    )
    op.create_index(op.f("ix_codes_channel_due"), "codes_channel", ["due"], unique=False)
    op.create_index(op.f("ix_codes_channel_guide"), "codes_channel", ["guide"], unique=False)
    op.create_index(op.f("ix_codes_channel_store"), "codes_channel", ["store"], unique=False)
    op.create_table(
        "codes_channel_adds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=True),
        sa.Column("came_with", sa.Integer(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes_channel_adds")),
    )
    op.create_index(
        op.f("ix_codes_channel_adds_came_with"), "codes_channel_adds", ["came_with"], unique=False
    )
    op.create_index(
        "ix_codes_channel_adds_guide_at", "codes_channel_adds", ["guide", "at"], unique=False
    )
    op.create_index(
        op.f("ix_codes_channel_adds_profile"), "codes_channel_adds", ["profile"], unique=False
    )
    op.create_index(
        "ix_codes_channel_adds_state_at", "codes_channel_adds", ["state", "at"], unique=False
    )
    op.create_table(
        "codes_channel_guides",
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("guide", sa.String(length=70), nullable=False),
        sa.PrimaryKeyConstraint("state", "guide", name=op.f("pk_codes_channel_guides")),
    )
    op.create_index(
        op.f("ix_codes_channel_guides_guide"), "codes_channel_guides", ["guide"], unique=False
    )
    op.create_table(
        "codes_channel_versions",
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("state", "version", name=op.f("pk_codes_channel_versions")),
    )
    op.create_table(
        "codes_group_joins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("chat", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=True),
        sa.Column("came_with", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes_group_joins")),
    )
    op.create_index(
        op.f("ix_codes_group_joins_came_with"), "codes_group_joins", ["came_with"], unique=False
    )
    op.create_index(
        op.f("ix_codes_group_joins_profile"), "codes_group_joins", ["profile"], unique=False
    )
    op.create_index(
        "ix_codes_group_joins_state_at", "codes_group_joins", ["state", "at"], unique=False
    )
    op.create_table(
        "codes_groups",
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=True),
        sa.Column("topic", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_codes_groups")),
    )
    op.create_index(op.f("ix_codes_groups_due"), "codes_groups", ["due"], unique=False)
    op.create_index(op.f("ix_codes_groups_store"), "codes_groups", ["store"], unique=False)
    op.create_index(op.f("ix_codes_groups_topic"), "codes_groups", ["topic"], unique=False)
    op.create_table(
        "wecom_ways",
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("config_id", sa.String(length=64), nullable=True),
        sa.Column("qr_code", sa.String(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("fetch", sa.BigInteger(), nullable=True),
        sa.Column("wanted", sa.JSON(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retry", sa.BigInteger(), nullable=True),
        sa.Column("begun", sa.BigInteger(), nullable=True),
        sa.Column("made", sa.BigInteger(), nullable=True),
        sa.Column("updated", sa.BigInteger(), nullable=True),
        sa.Column("updates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_wecom_ways")),
    )
    op.create_index(op.f("ix_wecom_ways_errcode"), "wecom_ways", ["errcode"], unique=False)
    op.create_index(op.f("ix_wecom_ways_fetch"), "wecom_ways", ["fetch"], unique=False)
    op.create_index(op.f("ix_wecom_ways_retry"), "wecom_ways", ["retry"], unique=False)
    op.create_table(
        "wecom_welcome_media",
        sa.Column("asset", sa.String(length=200), nullable=False),
        sa.Column("media_id", sa.String(length=200), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("retry", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("asset", name=op.f("pk_wecom_welcome_media")),
    )
    op.create_index(
        op.f("ix_wecom_welcome_media_retry"), "wecom_welcome_media", ["retry"], unique=False
    )
    op.create_table(
        "wecom_welcome_texts",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_wecom_welcome_texts")),
    )
    op.create_table(
        "wecom_welcomes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("edge", sa.String(length=32), nullable=False),
        sa.Column("userid", sa.String(length=64), nullable=False),
        sa.Column("external_userid", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=512), nullable=True),
        sa.Column("half", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=True),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("busy", sa.Integer(), nullable=False),
        sa.Column("retry", sa.BigInteger(), nullable=True),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wecom_welcomes")),
    )
    op.create_index("ix_wecom_welcomes_at", "wecom_welcomes", ["at"], unique=False)
    op.create_index(op.f("ix_wecom_welcomes_edge"), "wecom_welcomes", ["edge"], unique=False)
    op.create_index(
        "ix_wecom_welcomes_open",
        "wecom_welcomes",
        ["retry"],
        unique=False,
        sqlite_where=sa.text("retry IS NOT NULL"),
        postgresql_where=sa.text("retry IS NOT NULL"),
    )
    op.create_index("ix_wecom_welcomes_state_at", "wecom_welcomes", ["state", "at"], unique=False)
