"""What the gate counts and keeps to: ceilings of the mix, and the limits of channels with dates."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0740"
down_revision = "2026_11_22_0735"

_RATE = "developer.work.weixin.qq.com/document/path/90454"
_MASS = "developer.work.weixin.qq.com/document/path/92135"
_SHIPPED: tuple[tuple[str, int, str, bool, str, str, str | None, str], ...] = (
    ("Calls of one interface a minute", 2_000, "minute", True, "sender",
     "2020-01-01", "2023-08-28", _RATE),
    ("Calls of one interface an hour", 30_000, "hour", True, "sender",
     "2020-01-01", "2023-08-28", _RATE),
    ("Calls of one interface a minute", 10_000, "minute", True, "sender",
     "2023-08-28", None, f"{_RATE} (2023-08-28)"),
    ("Calls of one interface an hour", 150_000, "hour", True, "sender",
     "2023-08-28", None, f"{_RATE} (2023-08-28)"),
    ("Mass sends to one customer", 4, "month", True, "person",
     "2020-01-01", "2022-05-01", _MASS),
    ("Mass sends to one group", 4, "month", True, "group", "2020-01-01", "2022-05-01", _MASS),
    ("Mass sends to one customer (as many as the month has days; 28 is safe in every month)", 28,
     "month", True, "person", "2022-05-01", None, f"{_MASS} (2025-11-17)"),
    ("Mass sends to one group (as many as the month has days; 28 is safe in every month)", 28,
     "month", True, "group", "2022-05-01", None, f"{_MASS} (2025-11-17)"),
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, and write down what is known of WeCom. E-mail has no limit of its own."""
    op.create_table(
        "mix_ceilings",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_mix_ceilings")),
    )
    op.create_table(
        "mix_campaigns",
        _counted(),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mix_campaigns")),
    )
    limits = op.create_table(
        "channel_limits",
        _counted(),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("calendar", sa.Boolean(), nullable=False),
        sa.Column("per", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_limits")),
    )
    op.create_table(
        "channel_uses",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "at", name=op.f("pk_channel_uses")),
    )
    op.bulk_insert(limits, [_row(*each) for each in _SHIPPED])


def _counted() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _row(
    name: str, number: int, span: str, calendar: bool, per: str,
    since: str, until: str | None, source: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "channel": "wecom", "name": name, "number": number, "span": span, "calendar": calendar,
        "per": per, "since": _moment(since), "until": until and _moment(until), "source": source,
    }  # fmt: skip


def _moment(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1_000
