"""The directory of people: the ways along which lists are ordered, and the index of names."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0540"
down_revision = "2026_11_22_0530"


def upgrade() -> None:
    op.create_table(
        "name_prefixes",
        sa.Column("prefix", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("profile", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("prefix", "profile", name=op.f("pk_name_prefixes")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_name_prefixes_profile"), "name_prefixes", ["profile"])
    for moment in ("last_seen", "first_seen"):
        op.create_index(op.f(f"ix_identities_{moment}_profile"), "identities", [moment, "profile"])
    op.create_index(
        op.f("ix_consent_facts_purpose_channel_given_profile"),
        "consent_facts",
        ["purpose", "channel", "given", "profile"],
    )
    is_identifying = sa.text("digest IS NOT NULL")
    op.create_index(
        "ix_traits_digest",
        "traits",
        ["digest"],
        sqlite_where=is_identifying,
        postgresql_where=is_identifying,
    )
