"""Orders as shops tell of them, the shops' feeds, offers, claims and exchange rates."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0630"
down_revision = "2026_11_22_0625"


def upgrade() -> None:
    op.create_table(
        "exchange_rates",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("currency", "day", name=op.f("pk_exchange_rates")),
    )
    op.create_table(
        "feed_deliveries",
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("fate", sa.String(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "delivery", name=op.f("pk_feed_deliveries")),
    )
    op.create_index(op.f("ix_feed_deliveries_at"), "feed_deliveries", ["at"], unique=False)
    op.create_table(
        "offers",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_offers")),
    )
    op.create_index(op.f("ix_offers_item"), "offers", ["item"], unique=False)
    op.create_table(
        "order_claims",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("order", sa.BigInteger(), nullable=True),
        sa.Column("buyer", sa.Integer(), nullable=True),
        sa.Column("merge", sa.BigInteger(), nullable=True),
        sa.Column("undone", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_claims")),
    )
    op.create_index(op.f("ix_order_claims_came_with"), "order_claims", ["came_with"], unique=False)
    op.create_index(op.f("ix_order_claims_order"), "order_claims", ["order"], unique=False)
    op.create_index(op.f("ix_order_claims_profile"), "order_claims", ["profile"], unique=False)
    op.create_index(op.f("ix_order_claims_state"), "order_claims", ["state"], unique=False)
    op.create_table(
        "order_feeds",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("dialect", sa.String(), nullable=False),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("disabled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_order_feeds")),
    )
    op.create_table(
        "order_refunds",
        sa.Column("order", sa.BigInteger(), nullable=False),
        sa.Column("refund", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order", "refund", name=op.f("pk_order_refunds")),
    )
    op.create_table(
        "order_sightings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("refund", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_sightings")),
        sa.UniqueConstraint(
            "order",
            "step",
            "refund",
            "source",
            name=op.f("uq_order_sightings_order_step_refund_source"),
        ),
    )
    op.create_index(op.f("ix_order_sightings_source"), "order_sightings", ["source"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=True),
        sa.Column("completed", sa.BigInteger(), nullable=True),
        sa.Column("cancelled", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("original", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("named", sa.BigInteger(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("bound", sa.Boolean(), nullable=False),
        sa.Column("offer", sa.String(), nullable=True),
        sa.Column("link", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("key", name=op.f("uq_orders_key")),
    )
    op.create_index(op.f("ix_orders_came_with"), "orders", ["came_with"], unique=False)
    op.create_index(op.f("ix_orders_completed"), "orders", ["completed"], unique=False)
    op.create_index(op.f("ix_orders_market"), "orders", ["market"], unique=False)
    op.create_index(op.f("ix_orders_offer"), "orders", ["offer"], unique=False)
    op.create_index(op.f("ix_orders_profile"), "orders", ["profile"], unique=False)
    op.create_index(op.f("ix_orders_shop"), "orders", ["shop"], unique=False)
