"""The outbox as batches write it; versions of templates."""

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0735"
down_revision = "2026_11_22_0730"

_QUEUED = sa.text("status = 'queued'")
_LEASED = sa.text("status = 'leased'")
_REASON = sa.text("reason IS NOT NULL")
_FOLLOWED = sa.text("profile != came_with")
_OWN = (
    "seq", "profile", "came_with", "run_key", "status", "reason", "at", "created", "due",
    "expires", "attempts", "lost", "lease_until", "provider_id", "detail", "content",
)  # fmt: skip
_SHARED = (
    "origin", "node", "channel", "template", "touch", "purpose", "value", "delivery",
    "personalised", "min_age",
)  # fmt: skip
_PORTION = 10_000


def upgrade() -> None:
    """Lay what messages share beside them, and number the templates that there are.

    What waits was written when it was asked for, and goes out as it was written.
    """
    for index in ("status_due", "profile_due", "status_lease_until", "origin_status",
                  "status_reason", "came_with", "followed"):  # fmt: skip
        op.drop_index(f"ix_messages_{index}", table_name="messages")
    op.rename_table("messages", "messages_before")
    if op.get_bind().dialect.name == "postgresql":  # names of indexes are the schema's there
        for name in ("pk_messages", "uq_messages_id", "uq_messages_key"):
            op.execute(f"ALTER TABLE messages_before DROP CONSTRAINT {name}")
        op.execute("ALTER SEQUENCE IF EXISTS messages_seq_seq RENAME TO messages_before_seq")
    _make_tables()
    _carry_over()
    op.drop_table("messages_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('messages', 'seq'), "
            "(SELECT coalesce(max(seq), 0) + 1 FROM messages), false)"
        )
    op.create_index("ix_messages_profile", "messages", ["profile"])
    op.create_index("ix_messages_ask_status_reason", "messages", ["ask", "status", "reason"])
    for name, column, those in (
        ("due", "due", _QUEUED),
        ("lease_until", "lease_until", _LEASED),
        ("reason", "reason", _REASON),
        ("followed", "profile", _FOLLOWED),
        ("born", "came_with", _FOLLOWED),
    ):
        op.create_index(
            f"ix_messages_{name}", "messages", [column],
            sqlite_where=those, postgresql_where=those,
        )  # fmt: skip
    _number_templates()
    identifying = sa.text("digest IS NOT NULL")
    op.create_index(
        "ix_traits_sealed", "traits", ["name", "profile", "root"],
        sqlite_where=identifying, postgresql_where=identifying,
    )  # fmt: skip


def _make_tables() -> None:
    op.create_table(
        "message_asks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("touch", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("personalised", sa.Boolean(), nullable=False),
        sa.Column("min_age", sa.Integer()),
        sa.Column("shared", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_asks")),
    )
    op.create_index("ix_message_asks_origin", "message_asks", ["origin"])
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "messages",
        sa.Column("seq", big, autoincrement=True, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("ask", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("run_key", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lost", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("provider_id", sa.String()),
        sa.Column("detail", sa.String()),
        sa.Column("given", sa.LargeBinary()),
        sa.Column("content", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_messages")),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
    )
    op.create_table(
        "message_template_versions",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String()),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False, server_default=""),
        sa.Column("variants", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_message_template_versions")),
    )


def _carry_over() -> None:
    connection = op.get_bind()
    before = sa.Table("messages_before", sa.MetaData(), autoload_with=connection)
    after = sa.Table("messages", sa.MetaData(), autoload_with=connection)
    asks = sa.Table("message_asks", sa.MetaData(), autoload_with=connection)
    there: set[int] = set()
    last = 0
    while True:
        query = sa.select(before).where(before.c.seq > last).order_by(before.c.seq)
        rows = connection.execute(query.limit(_PORTION)).mappings().all()
        if not rows:
            return
        last = rows[-1]["seq"]
        asked = [_ask(row) for row in rows]
        fresh = {ask["id"]: ask for ask in asked if ask["id"] not in there}
        if fresh:
            connection.execute(asks.insert(), list(fresh.values()))
            there |= fresh.keys()
        connection.execute(
            after.insert(),
            [
                {name: row[name] for name in _OWN}
                | {"id": bytes.fromhex(row["id"]), "ask": ask["id"]}
                for row, ask in zip(rows, asked, strict=True)
            ],
        )


def _ask(row: Any) -> dict[str, Any]:
    shared = {name: row[name] for name in _SHARED}
    shared |= {"personalised": bool(row["personalised"]), "version": 1, "shared": "{}"}
    text = "\x1f".join(f"{name}={shared[name]!r}" for name in sorted(shared))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1
    return {"id": number, **shared}


def _number_templates() -> None:
    op.add_column(
        "message_templates", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    op.execute(
        "INSERT INTO message_template_versions (name, version, channel, subject, text, at, by) "
        "SELECT name, 1, channel, subject, text, 0, 'command:migrate' FROM message_templates"
    )
