"""The founding, first half: the ground, log, catalog, segments, accounts, codes, the road."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0300"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("folded", name=op.f("uq_accounts_folded")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "code_links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("campaign", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_links")),
        sa.UniqueConstraint("key", name=op.f("uq_code_links_key")),
    )
    op.create_index(op.f("ix_code_links_profile"), "code_links", ["profile"], unique=False)
    op.create_table(
        "event_specs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("item_path", sa.String(), nullable=True),
        sa.Column("amount_path", sa.String(), nullable=True),
        sa.Column("store_path", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_specs")),
    )
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_ins")),
    )
    op.create_index(
        "ix_failed_sign_ins_address_at", "failed_sign_ins", ["address", "at"], unique=False
    )
    op.create_index(
        "ix_failed_sign_ins_folded_at", "failed_sign_ins", ["folded", "at"], unique=False
    )
    op.create_table(
        "instance",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_instance")),
    )
    op.create_table(
        "items",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_items")),
    )
    op.create_index(op.f("ix_items_kind"), "items", ["kind"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "log_hot",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_hot")),
    )
    op.create_index("ix_log_hot_name_time", "log_hot", ["name", "time"], unique=False)
    op.create_index(op.f("ix_log_hot_profile"), "log_hot", ["profile"], unique=False)
    op.create_index("ix_log_hot_time", "log_hot", ["time"], unique=False)
    op.create_table(
        "log_hot_items",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "line", name=op.f("pk_log_hot_items")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_log_hot_items_item"), "log_hot_items", ["item"], unique=False)
    op.create_table(
        "log_retired",
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_log_retired")),
    )
    op.create_table(
        "log_seen",
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_log_seen")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_segment_names",
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("file", "name", name=op.f("pk_log_segment_names")),
    )
    op.create_table(
        "log_segments",
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("low_profile", sa.Integer(), nullable=False),
        sa.Column("high_profile", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_log_segments")),
    )
    op.create_table(
        "log_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("next_seq", sa.BigInteger(), nullable=False),
        sa.Column("flushed", sa.BigInteger(), nullable=False),
        sa.Column("hot", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_state")),
    )
    op.create_table(
        "road_batches",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "first_entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_fact", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("now", sa.BigInteger(), nullable=False),
        sa.Column("carried", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_batches")),
    )
    op.create_table(
        "road_facts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_facts")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "road_future",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_future")),
    )
    op.create_index(op.f("ix_road_future_due"), "road_future", ["due"], unique=False)
    op.create_table(
        "segment_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("entered", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_changes")),
    )
    op.create_index(
        op.f("ix_segment_changes_profile"), "segment_changes", ["profile"], unique=False
    )
    op.create_index(
        op.f("ix_segment_changes_segment_at"), "segment_changes", ["segment", "at"], unique=False
    )
    op.create_table(
        "segment_versions",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("defined_at", sa.BigInteger(), nullable=False),
        sa.Column("defined_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "version", name=op.f("pk_segment_versions")),
    )
    op.create_table(
        "segment_watermark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_watermark")),
    )
    op.create_table(
        "segments",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_segments")),
    )
    op.create_table(
        "topics",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["topics.path"], name=op.f("fk_topics_parent")),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_topics")),
    )
    op.create_index(op.f("ix_topics_parent"), "topics", ["parent"], unique=False)
    op.create_table(
        "write_keys",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("disabled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_write_keys")),
    )
    op.create_table(
        "account_sessions",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_account_sessions_account")
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_account_sessions")),
    )
    op.create_index(
        op.f("ix_account_sessions_account"), "account_sessions", ["account"], unique=False
    )
    op.create_table(
        "item_topics",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.key"], name=op.f("fk_item_topics_item")),
        sa.ForeignKeyConstraint(["topic"], ["topics.path"], name=op.f("fk_item_topics_topic")),
        sa.PrimaryKeyConstraint("item", "topic", name=op.f("pk_item_topics")),
    )
    op.create_index("ix_item_topics_topic", "item_topics", ["topic", "item"], unique=False)
