"""Mass sends that guides confirm, and their quotas."""

import sqlalchemy as sa
from alembic import op

from coterie.storage.schema import BigId, Moment

revision = "2026_11_22_0920"
down_revision = "2026_11_22_0915"

_SOURCE = "WX 92135 (2025-11-17)"


def upgrade() -> None:
    """Add the tables of mass sends and of the quota, with the platform's rules of today."""
    _quota()
    _sends()
    _tasks()
    _items()
    op.create_table(
        "wecom_send_attachments",
        sa.Column("template", sa.String, primary_key=True),
        sa.Column("materials", sa.JSON, nullable=False),
    )
    op.create_table(
        "wecom_send_media",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("media", sa.String, nullable=False),
        sa.Column("until", Moment, nullable=False),
    )
    op.create_table(
        "wecom_foreign_sends",
        sa.Column("msgid", sa.String, primary_key=True),
        sa.Column("made", Moment, nullable=False),
        sa.Column("due", Moment),
    )
    op.create_index("ix_wecom_foreign_sends_due", "wecom_foreign_sends", ["due"])
    _moments()


def _quota() -> None:
    rules = op.create_table(
        "wecom_quota_rules",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("per", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("span", sa.String, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("until", Moment),
        sa.Column("source", sa.String, nullable=False),
    )
    # 0: as many as the month has days
    op.bulk_insert(
        rules,
        [
            {"per": per, "number": 0, "span": "month", "since": 0, "source": _SOURCE}
            for per in ("customer", "group")
        ],
    )
    op.create_table(
        "wecom_quota_uses",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("day", sa.Integer),
    )
    op.create_index("ix_wecom_quota_uses_subject_day", "wecom_quota_uses", ["subject", "day"])


def _sends() -> None:
    op.create_table(
        "wecom_sends",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("materials", sa.JSON, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("expires", Moment),
        sa.Column("gather", Moment, nullable=False),
        sa.Column("cancelled", Moment),
    )
    op.create_index("ix_wecom_sends_created", "wecom_sends", ["created"])


def _tasks() -> None:
    op.create_table(
        "wecom_send_tasks",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("send", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("made", Moment, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("msgid", sa.String),
        sa.Column("noted", Moment),
        sa.Column("asked", Moment),
        sa.Column("confirmed", Moment),
        sa.Column("reminders", sa.Integer, nullable=False),
        sa.Column("reminded", Moment),
        sa.Column("nudged", Moment),
        sa.Column("expires", Moment),
        sa.Column("closing", sa.String),
        sa.Column("error", sa.String),
    )
    op.create_index("ix_wecom_send_tasks_send", "wecom_send_tasks", ["send"])
    op.create_index("ix_wecom_send_tasks_state_due", "wecom_send_tasks", ["state", "due"])
    op.create_index("ix_wecom_send_tasks_sender_state", "wecom_send_tasks", ["sender", "state"])
    op.create_index("ix_wecom_send_tasks_msgid", "wecom_send_tasks", ["msgid"])


def _items() -> None:
    op.create_table(
        "wecom_send_items",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("send", sa.String, nullable=False),
        sa.Column("profile", sa.Integer),
        sa.Column("came_with", sa.Integer),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("taken", Moment, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("task", sa.String),
        sa.Column("reason", sa.String),
        sa.Column("expires", Moment),
        sa.Column("tried", sa.JSON, nullable=False),
    )
    for columns in (["profile"], ["came_with"], ["task"], ["send", "state"], ["state", "send"]):
        name = "_".join(columns)
        op.create_index(f"ix_wecom_send_items_{name}", "wecom_send_items", columns)


def _moments() -> None:
    op.create_table(
        "wecom_moments",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("materials", sa.JSON, nullable=False),
        sa.Column("guides", sa.JSON, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("expires", Moment),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("noted", Moment),
        sa.Column("job", sa.String),
        sa.Column("moment", sa.String),
        sa.Column("opened", Moment),
        sa.Column("cancelled", Moment),
        sa.Column("error", sa.String),
    )
    op.create_table(
        "wecom_moment_guides",
        sa.Column("moment", sa.String, primary_key=True),
        sa.Column("guide", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("likes", sa.Integer, nullable=False),
        sa.Column("comments", sa.Integer, nullable=False),
    )
    op.create_table(
        "wecom_moment_marks",
        sa.Column("moment", sa.String, primary_key=True),
        sa.Column("guide", sa.String, primary_key=True),
        sa.Column("external", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("at", Moment, primary_key=True, autoincrement=False),
        sa.Column("told", sa.Boolean, nullable=False),
    )
    op.create_index("ix_wecom_moment_marks_told", "wecom_moment_marks", ["told"])
