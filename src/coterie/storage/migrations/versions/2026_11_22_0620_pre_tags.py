"""The dictionary of tags: entries, groups, who put a tag on, rules that carry one, bulk edits."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0620"
down_revision = "2026_11_22_0615"


def upgrade() -> None:
    """Make the dictionary, and let facts about tags say who told them."""
    _dictionary()
    _tagging()
    for table in ("tags", "tag_facts"):
        for name in ("by", "said", "successor"):
            op.add_column(table, sa.Column(name, sa.String(), nullable=True))
    op.create_index("ix_tag_facts_name_time", "tag_facts", ["name", "time"], unique=False)


def _dictionary() -> None:
    op.create_table(
        "tag_groups",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_tag_groups")),
    )
    op.create_table(
        "tag_entries",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("group", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("validity", sa.Integer(), nullable=True),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.Column("alias_of", sa.String(), nullable=True),
        sa.Column("defined_at", sa.BigInteger(), nullable=False),
        sa.Column("defined_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group"], ["tag_groups.slug"], name=op.f("fk_tag_entries_group_tag_groups")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tag_entries")),
    )


def _tagging() -> None:
    op.create_table(
        "tag_bindings",
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.Column("bound_by", sa.String(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_tag_bindings")),
    )
    op.create_table(
        "tag_edits",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("put", sa.Boolean(), nullable=False),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_edits")),
    )
    op.create_index("ix_tag_edits_tag_at", "tag_edits", ["tag", "at"], unique=False)
    op.create_table(
        "tag_edit_people",
        sa.Column("edit", sa.String(), nullable=False),
        sa.Column("came_with", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("former", sa.String(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edit"], ["tag_edits.id"], name=op.f("fk_tag_edit_people_edit_tag_edits")
        ),
        sa.PrimaryKeyConstraint("edit", "came_with", name=op.f("pk_tag_edit_people")),
    )
    op.create_index("ix_tag_edit_people_came_with", "tag_edit_people", ["came_with"], unique=False)
    op.create_index("ix_tag_edit_people_profile", "tag_edit_people", ["profile"], unique=False)
