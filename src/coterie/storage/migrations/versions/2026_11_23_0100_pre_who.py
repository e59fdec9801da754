"""Identities lie by number, when they were seen last apart; waiting facts lie in portions."""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0100"
down_revision = "2026_11_23_0200"


def upgrade() -> None:
    """Change the key of identities, and the rows of facts that wait."""
    _identities()
    _facts()


def _identities() -> None:
    """Let the number be the key, and keep in a narrow row of its own what changes all the time.

    So a new identity changes one index fewer, and those that are seen again lie close together.
    """
    seen = op.create_table(
        "identity_seen",
        sa.Column("identity", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("person", sa.Integer()),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
    )
    before = sa.table("identities", sa.column("id"), sa.column("person"), sa.column("last_seen")).c
    op.execute(
        seen.insert().from_select(
            ["identity", "person", "last_seen"],
            sa.select(before.id, before.person, before.last_seen).order_by(before.id),
        )
    )
    op.create_index(
        op.f("ix_identity_seen_last_seen_person"), "identity_seen", ["last_seen", "person"]
    )
    op.drop_index(op.f("ix_identities_last_seen_person"), "identities")
    with op.batch_alter_table("identities") as batch:
        batch.drop_column("last_seen")
        batch.drop_constraint(op.f("uq_identities_id"), type_="unique")
        batch.drop_constraint(op.f("pk_identities"), type_="primary")
        batch.create_primary_key(op.f("pk_identities"), ["id"])
        batch.create_unique_constraint(op.f("uq_identities_kind_digest"), ["kind", "digest"])


def _facts() -> None:
    """Write each waiting fact as a row of one: ([the fact], [its hop])."""
    # added, not made anew with the table: SQLite would forget the ids that were given
    op.add_column(
        "road_facts", sa.Column("count", sa.Integer(), nullable=False, server_default="1")
    )
    facts = sa.table("road_facts", sa.column("id"), sa.column("body", sa.LargeBinary))
    for number, body in op.get_bind().execute(sa.select(facts.c.id, facts.c.body)).all():
        hop = msgspec.msgpack.decode(body).get("hop", 0)
        together = b"\x92\x91" + bytes(body) + b"\x91" + msgspec.msgpack.encode(hop)
        op.execute(facts.update().where(facts.c.id == number).values(body=together))
