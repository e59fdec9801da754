"""The guides' phone page: sessions and what was opened."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0930"
down_revision = "2026_11_22_0925"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of signing in, of shifts, and of what guides said and looked at."""
    _signing_in()
    _shared_phones()
    _shifts()
    _customers()


def _signing_in() -> None:
    op.create_table(
        "guide_sessions",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("guide", sa.String(), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_guide_sessions")),
    )
    op.create_index("ix_guide_sessions_guide", "guide_sessions", ["guide"])
    op.create_index("ix_guide_sessions_device", "guide_sessions", ["device"])
    op.create_table(
        "guide_doors",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("guide", sa.String()),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger()),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_guide_doors")),
    )
    op.create_index("ix_guide_doors_guide_created", "guide_doors", ["guide", "created"])
    op.create_table(
        "guide_failures",
        sa.Column("id", _ID, nullable=False),
        sa.Column("whom", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_failures")),
    )
    op.create_index("ix_guide_failures_whom_at", "guide_failures", ["whom", "at"])
    op.create_index("ix_guide_failures_address_at", "guide_failures", ["address", "at"])


def _shared_phones() -> None:
    op.create_table(
        "guide_pins",
        sa.Column("guide", sa.String(), nullable=False),
        sa.Column("hashed", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guide", name=op.f("pk_guide_pins")),
    )
    op.create_table(
        "guide_phones",
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_guide_phones")),
    )
    op.create_table(
        "guide_phone_users",
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("guide", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "guide", name=op.f("pk_guide_phone_users")),
    )


def _shifts() -> None:
    op.create_table(
        "guide_shifts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("guide", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("by", sa.String(10)),
        sa.Column("next", sa.String()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_shifts")),
    )
    op.create_index("ix_guide_shifts_guide_began", "guide_shifts", ["guide", "began"])
    op.create_index("ix_guide_shifts_store_began", "guide_shifts", ["store", "began"])
    op.create_table(
        "guide_taps",
        sa.Column("guide", sa.String(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guide", "key", name=op.f("pk_guide_taps")),
    )
    op.create_index("ix_guide_taps_at", "guide_taps", ["at"])


def _customers() -> None:
    op.create_table(
        "guide_words",
        sa.Column("id", _ID, nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("guide", sa.String(), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_words")),
    )
    op.create_index("ix_guide_words_profile", "guide_words", ["profile"])
    op.create_index("ix_guide_words_came_with", "guide_words", ["came_with"])
    op.create_table(
        "guide_looks",
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("guide", sa.String(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(8), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("came_with", "guide", "day", "place", name=op.f("pk_guide_looks")),
    )
    op.create_index("ix_guide_looks_profile", "guide_looks", ["profile"])
    op.create_index("ix_guide_looks_guide_at", "guide_looks", ["guide", "at"])
