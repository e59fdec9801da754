"""What WeCom holds: members, customers, tags, groups."""

import sqlalchemy as sa
from alembic import op

from coterie.storage.schema import BigId, Moment

revision = "2026_11_22_0905"
down_revision = "2026_11_22_0900"


def upgrade() -> None:
    """Add the tables of the mirror."""
    _staff()
    _customers()
    _groups()
    _tags()
    _reconciles()


def _staff() -> None:
    op.create_table(
        "wecom_members",
        sa.Column("userid", sa.String(64), primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("departments", sa.JSON, nullable=False),
        sa.Column("has_right", sa.Boolean, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("left", Moment),
    )
    op.create_table(
        "wecom_departments",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("parent", sa.Integer, nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
    )


def _customers() -> None:
    op.create_table(
        "wecom_customers",
        sa.Column("external", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("profile", sa.Integer),
        sa.Column("came_with", sa.Integer),
        sa.Column("digest", sa.String(64)),
        sa.Column("first", Moment, nullable=False),
        sa.Column("pulled", Moment),
        sa.Column("pull_due", Moment),
        sa.Column("pull_tries", sa.Integer, nullable=False),
    )
    op.create_index("ix_wecom_customers_came_with", "wecom_customers", ["came_with"])
    op.create_index("ix_wecom_customers_key", "wecom_customers", ["key"])
    op.create_index("ix_wecom_customers_profile", "wecom_customers", ["profile"])
    op.create_index(
        "ix_wecom_customers_to_pull",
        "wecom_customers",
        ["pull_due"],
        sqlite_where=sa.text("pull_due IS NOT NULL"),
        postgresql_where=sa.text("pull_due IS NOT NULL"),
    )
    op.create_table(
        "wecom_edges",
        sa.Column("guide", sa.String(64), primary_key=True),
        sa.Column("external", sa.String(64), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("since", Moment),
        sa.Column("ended", Moment),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("add_way", sa.Integer),
        sa.Column("remark", sa.LargeBinary),
        sa.Column("remark_digest", sa.String(64)),
        sa.Column("seen", sa.Integer, nullable=False),
    )
    op.create_index("ix_wecom_edges_external", "wecom_edges", ["external"])
    op.create_table(
        "wecom_edge_marks",
        sa.Column("guide", sa.String(64), primary_key=True),
        sa.Column("external", sa.String(64), primary_key=True),
        sa.Column("at", Moment, primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("detail", sa.String(64), nullable=False),
        sa.Column("stage", sa.SmallInteger, nullable=False),
    )
    op.create_index("ix_wecom_edge_marks_external", "wecom_edge_marks", ["external"])
    op.create_index(
        "ix_wecom_edge_marks_ready",
        "wecom_edge_marks",
        ["at"],
        sqlite_where=sa.text("stage = 1"),
        postgresql_where=sa.text("stage = 1"),
    )
    op.create_table(
        "wecom_edge_tags",
        sa.Column("guide", sa.String(64), primary_key=True),
        sa.Column("external", sa.String(64), primary_key=True),
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("lies", sa.Boolean, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("ours", sa.Boolean, nullable=False),
    )
    op.create_index("ix_wecom_edge_tags_external", "wecom_edge_tags", ["external"])


def _groups() -> None:
    op.create_table(
        "wecom_chats",
        sa.Column("chat_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("created", Moment),
        sa.Column("dismissed", Moment),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("links", sa.JSON, nullable=False),
        sa.Column("pulled", Moment),
        sa.Column("pull_due", Moment),
        sa.Column("pull_tries", sa.Integer, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
    )
    op.create_index("ix_wecom_chats_owner", "wecom_chats", ["owner"])
    op.create_index(
        "ix_wecom_chats_to_pull",
        "wecom_chats",
        ["pull_due"],
        sqlite_where=sa.text("pull_due IS NOT NULL"),
        postgresql_where=sa.text("pull_due IS NOT NULL"),
    )
    op.create_table(
        "wecom_stay_marks",
        sa.Column("chat_id", sa.String(64), primary_key=True),
        sa.Column("member", sa.String(64), primary_key=True),
        sa.Column("at", Moment, primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("scene", sa.String(16), nullable=False),
        sa.Column("stage", sa.SmallInteger, nullable=False),
    )
    op.create_index("ix_wecom_stay_marks_member", "wecom_stay_marks", ["member"])
    op.create_index(
        "ix_wecom_stay_marks_ready",
        "wecom_stay_marks",
        ["at"],
        sqlite_where=sa.text("stage = 1"),
        postgresql_where=sa.text("stage = 1"),
    )
    op.create_table(
        "wecom_participants",
        sa.Column("chat_id", sa.String(64), primary_key=True),
        sa.Column("member", sa.String(64), primary_key=True),
        sa.Column("is_customer", sa.Boolean, nullable=False),
        sa.Column("joined", Moment, nullable=False),
        sa.Column("left", Moment),
        sa.Column("scene", sa.String(16), nullable=False),
        sa.Column("inviter", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("ix_wecom_participants_member", "wecom_participants", ["member"])


def _tags() -> None:
    op.create_table(
        "wecom_tags",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("group_id", sa.String(64), nullable=False),
        sa.Column("group", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("tag", sa.String(255)),
        sa.Column("gone", Moment),
    )
    op.create_index("ix_wecom_tags_tag", "wecom_tags", ["tag"])
    op.create_table(
        "wecom_markings",
        sa.Column("guide", sa.String(64), primary_key=True),
        sa.Column("external", sa.String(64), primary_key=True),
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("lies", sa.Boolean, nullable=False),
        sa.Column("asked", Moment, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("error", sa.String),
    )
    op.create_index("ix_wecom_markings_due", "wecom_markings", ["due"])
    op.create_index("ix_wecom_markings_external", "wecom_markings", ["external"])
    op.create_table(
        "wecom_clearings",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("asked", Moment, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("error", sa.String),
    )
    op.create_index("ix_wecom_clearings_due", "wecom_clearings", ["due"])


def _reconciles() -> None:
    op.create_table(
        "wecom_syncs",
        sa.Column("id", BigId, primary_key=True, autoincrement=False),
        sa.Column("why", sa.String(8), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("started", Moment, nullable=False),
        sa.Column("finished", Moment),
        sa.Column("healed", sa.JSON, nullable=False),
    )
    op.create_table(
        "wecom_portions",
        sa.Column("sync", BigId, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("subject", sa.JSON, nullable=False),
        sa.Column("cursor", sa.String, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("error", sa.String, nullable=False),
    )
    op.create_index(
        "ix_wecom_portions_waiting",
        "wecom_portions",
        ["due"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "wecom_needs",
        sa.Column("name", sa.String(8), primary_key=True),
        sa.Column("due", Moment, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
