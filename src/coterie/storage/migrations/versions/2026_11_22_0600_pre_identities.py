"""The identity graph: who leads whom, links, merges and their evidence.

Until now several identities shared a profile, and nothing told which of them had carried what. Of
those the surest kind owns the profile, a user id before an anonymous one, the first seen among
equals; the others ride along with it, each by a link, so that people stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0600"
down_revision = "2026_11_22_0555"

_CAME_WITH = {
    "trait_facts": ("profile", "name", "time", "message_id"),
    "tag_facts": ("profile", "name", "time", "message_id"),
    "sealed_properties": ("profile", "message_id", "path"),
    "pii_flags": ("profile", "event", "path", "kind"),
}
"""The tables whose key grows, by their former key."""


def upgrade() -> None:
    """Make the graph out of what there is."""
    _heads()
    _identities()
    _tables()
    _links_of_old()
    _facts()
    op.drop_table("merge_candidates")


def _heads() -> None:
    with op.batch_alter_table("profiles") as batch:
        batch.add_column(sa.Column("head", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE profiles SET head = id")
    with op.batch_alter_table("profiles") as batch:
        batch.alter_column("head", server_default=None, existing_type=sa.Integer())
    is_led = sa.text("head != id")
    op.create_index(
        "ix_profiles_led", "profiles", ["head"], sqlite_where=is_led, postgresql_where=is_led
    )


def _identities() -> None:
    for moment in ("last_seen", "first_seen"):
        op.drop_index(op.f(f"ix_identities_{moment}_profile"), "identities")
    op.drop_index(op.f("ix_identities_profile"), "identities")
    with op.batch_alter_table("identities") as batch:
        batch.add_column(sa.Column("id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("owns", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("person", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("shared", sa.String(8), nullable=True))
    op.execute(
        "UPDATE identities SET person = profile, id = numbered.number, "
        "owns = (numbered.place = 1) FROM ("
        "SELECT kind AS k, digest AS d, "
        "row_number() OVER (ORDER BY profile, first_seen, kind, digest) AS number, "
        "row_number() OVER (PARTITION BY profile ORDER BY "
        "CASE WHEN kind = 'user_id' THEN 0 ELSE 1 END, superseded, first_seen, digest) AS place "
        "FROM identities) AS numbered "
        "WHERE identities.kind = numbered.k AND identities.digest = numbered.d"
    )


def _tables() -> None:
    op.create_table(
        "identity_links",
        sa.Column("identity", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("identity", "other", "how", name=op.f("pk_identity_links")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_identity_links_other"), "identity_links", ["other"])
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "merges",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("bucket_key", sa.String(32), nullable=False),
        sa.Column("head_bucket_key", sa.String(32), nullable=False),
        sa.Column("contaminated", sa.Boolean(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_profile"), "merges", ["profile"])
    op.create_index(op.f("ix_merges_head"), "merges", ["head"])
    op.create_table(
        "identity_reviews",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("identity", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(8), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("together", sa.Boolean(), nullable=True),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_reviews")),
        sa.UniqueConstraint("identity", "why", name=op.f("uq_identity_reviews_identity_why")),
    )
    op.create_table(
        "identity_stamp",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_stamp")),
    )


def _links_of_old() -> None:
    """Link what shared a profile to the identity that owns it now."""
    op.execute(
        "INSERT INTO identity_links (identity, other, how, time, message_id, source, void) "
        "SELECT owner.id, other.id, "
        "CASE WHEN other.superseded OR other.kind = owner.kind THEN 'alias' ELSE 'seen' END, "
        "other.first_seen, 'before merges', other.source, owner.id IS NULL "
        "FROM identities AS other JOIN identities AS owner "
        "ON owner.profile = other.profile AND owner.owns AND NOT other.owns"
    )
    with op.batch_alter_table("identities") as batch:
        batch.alter_column("id", nullable=False, existing_type=sa.Integer())
        batch.alter_column("owns", nullable=False, existing_type=sa.Boolean())
        batch.drop_column("superseded")
        batch.create_unique_constraint(op.f("uq_identities_id"), ["id"])
    op.create_index(op.f("ix_identities_person"), "identities", ["person"])
    for moment in ("last_seen", "first_seen"):
        op.create_index(op.f(f"ix_identities_{moment}_person"), "identities", [moment, "person"])


def _facts() -> None:
    """Say of every fact which profile it came with, and keep past ones whole from now on."""
    for table in ("traits", "tags", *_CAME_WITH):
        op.add_column(
            table, sa.Column("came_with", sa.Integer(), nullable=False, server_default="0")
        )
        op.execute(f"UPDATE {table} SET came_with = profile")
        with op.batch_alter_table(table) as batch:
            batch.alter_column("came_with", server_default=None, existing_type=sa.Integer())
            if table in _CAME_WITH:
                batch.drop_constraint(f"pk_{table}", type_="primary")
                batch.create_primary_key(f"pk_{table}", [*_CAME_WITH[table], "came_with"])
    op.add_column("trait_facts", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("trait_facts", sa.Column("root", sa.String(), nullable=True))
    op.add_column("trait_facts", sa.Column("moment", sa.BigInteger(), nullable=True))
