"""Stores, guides, bindings, credit, handover."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0915"
down_revision = "2026_11_22_0910"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of guides; the spans of a person form a chain, so that none overlap."""
    _make_organisation()
    _make_bindings()
    _make_credit()
    _make_handovers()


def _make_organisation() -> None:
    op.create_table(
        "guide_dealers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_dealers")),
    )
    op.create_table(
        "guide_posts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.CheckConstraint("since < until", name="ck_guide_posts_since_before_until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_posts")),
    )
    op.create_index(op.f("ix_guide_posts_guide"), "guide_posts", ["guide"], unique=False)
    op.create_index(op.f("ix_guide_posts_store"), "guide_posts", ["store"], unique=False)
    op.create_table(
        "guide_regions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_regions")),
    )
    op.create_table(
        "guide_stores",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=True),
        sa.Column("dealer", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("heir", sa.String(length=64), nullable=True),
        sa.Column("department", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_stores")),
        sa.UniqueConstraint("department", name=op.f("uq_guide_stores_department")),
    )
    op.create_table(
        "guides",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("userid", sa.String(length=64), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=True),
        sa.Column("away_until", sa.BigInteger(), nullable=True),
        sa.Column("contact", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides")),
        sa.UniqueConstraint("email", name=op.f("uq_guides_email")),
        sa.UniqueConstraint("userid", name=op.f("uq_guides_userid")),
    )


def _make_bindings() -> None:
    op.create_table(
        "guide_binding_corrections",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("changed_from", sa.BigInteger(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("became", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_binding_corrections")),
    )
    op.create_index(
        op.f("ix_guide_binding_corrections_came_with"),
        "guide_binding_corrections",
        ["came_with"],
        unique=False,
    )
    op.create_index(
        op.f("ix_guide_binding_corrections_profile"),
        "guide_binding_corrections",
        ["profile"],
        unique=False,
    )
    op.create_table(
        "guide_bindings",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=True),
        sa.Column("store", sa.String(length=64), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.BigInteger(), nullable=True),
        sa.Column("protected", sa.BigInteger(), nullable=False),
        sa.Column("valid", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("ending", sa.String(length=12), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.CheckConstraint("previous <= since", name="ck_guide_bindings_after_the_one_before"),
        sa.CheckConstraint("since < until", name="ck_guide_bindings_has_a_length"),
        sa.ForeignKeyConstraint(
            ["profile", "previous"],
            ["guide_bindings.profile", "guide_bindings.until"],
            name="fk_guide_bindings_previous",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_bindings")),
        sa.UniqueConstraint("profile", "previous", name="uq_guide_bindings_profile_previous"),
        sa.UniqueConstraint("profile", "until", name="uq_guide_bindings_profile_until"),
    )
    op.create_index(
        "ix_guide_bindings_first",
        "guide_bindings",
        ["profile"],
        unique=True,
        sqlite_where=sa.text("previous IS NULL"),
        postgresql_where=sa.text("previous IS NULL"),
    )
    op.create_index(
        "ix_guide_bindings_guide_until", "guide_bindings", ["guide", "until"], unique=False
    )
    op.create_index(
        "ix_guide_bindings_store_until", "guide_bindings", ["store", "until"], unique=False
    )
    op.create_index(
        "ix_guide_bindings_untold",
        "guide_bindings",
        ["until"],
        unique=False,
        sqlite_where=sa.text("told IS 0"),
        postgresql_where=sa.text("told IS false"),
    )
    op.create_table(
        "guide_rules",
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("since", name=op.f("pk_guide_rules")),
    )
    op.create_table(
        "guide_touches",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=True),
        sa.Column("store", sa.String(length=64), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_touches")),
        sa.UniqueConstraint("cause", name=op.f("uq_guide_touches_cause")),
    )
    op.create_index(
        op.f("ix_guide_touches_came_with"), "guide_touches", ["came_with"], unique=False
    )
    op.create_index("ix_guide_touches_guide_at", "guide_touches", ["guide", "at"], unique=False)
    op.create_index("ix_guide_touches_profile_at", "guide_touches", ["profile", "at"], unique=False)


def _make_credit() -> None:
    op.create_table(
        "credit_lines",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("order", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=True),
        sa.Column("store", sa.String(length=64), nullable=True),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("booked", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_lines")),
        sa.UniqueConstraint("cause", name=op.f("uq_credit_lines_cause")),
    )
    op.create_index("ix_credit_lines_at", "credit_lines", ["at"], unique=False)
    op.create_index("ix_credit_lines_guide_at", "credit_lines", ["guide", "at"], unique=False)
    op.create_index(op.f("ix_credit_lines_order"), "credit_lines", ["order"], unique=False)
    op.create_index("ix_credit_lines_store_at", "credit_lines", ["store", "at"], unique=False)
    op.create_table(
        "credit_orders",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_orders")),
        sa.UniqueConstraint("key", name=op.f("uq_credit_orders_key")),
    )
    op.create_index(op.f("ix_credit_orders_at"), "credit_orders", ["at"], unique=False)
    op.create_index(
        op.f("ix_credit_orders_came_with"), "credit_orders", ["came_with"], unique=False
    )
    op.create_index("ix_credit_orders_profile_at", "credit_orders", ["profile", "at"], unique=False)
    op.create_table(
        "credit_refunds",
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("order", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_credit_refunds")),
    )
    op.create_index(op.f("ix_credit_refunds_order"), "credit_refunds", ["order"], unique=False)


def _make_handovers() -> None:
    op.create_table(
        "guide_handover_chats",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("handover", sa.String(length=32), nullable=False),
        sa.Column("chat", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_handover_chats")),
        sa.UniqueConstraint("handover", "chat", name=op.f("uq_guide_handover_chats_handover_chat")),
    )
    op.create_table(
        "guide_handover_rows",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("handover", sa.String(length=32), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("external", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_handover_rows")),
    )
    op.create_index(
        op.f("ix_guide_handover_rows_came_with"), "guide_handover_rows", ["came_with"], unique=False
    )
    op.create_index(
        op.f("ix_guide_handover_rows_external"), "guide_handover_rows", ["external"], unique=False
    )
    op.create_index(
        "ix_guide_handover_rows_handover_state",
        "guide_handover_rows",
        ["handover", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_guide_handover_rows_profile"), "guide_handover_rows", ["profile"], unique=False
    )
    op.create_table(
        "guide_handovers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("giver", sa.String(length=64), nullable=False),
        sa.Column("taker", sa.String(length=64), nullable=False),
        sa.Column("giver_userid", sa.String(length=64), nullable=False),
        sa.Column("taker_userid", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("rest_until", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_handovers")),
    )
    op.create_index(
        op.f("ix_guide_handovers_created"), "guide_handovers", ["created"], unique=False
    )
    op.create_index(op.f("ix_guide_handovers_giver"), "guide_handovers", ["giver"], unique=False)
    op.create_index(op.f("ix_guide_handovers_taker"), "guide_handovers", ["taker"], unique=False)
