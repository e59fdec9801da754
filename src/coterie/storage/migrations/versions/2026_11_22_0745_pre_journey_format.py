"""Lists, schedules and tasks."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0745"
down_revision = "2026_11_22_0740"


def upgrade() -> None:
    op.create_table(
        "journey_entrances",
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("journey", name=op.f("pk_journey_entrances")),
    )
    op.create_table(
        "journey_draws",
        sa.Column(
            "run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False,
            nullable=False,
        ),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run", "node", name=op.f("pk_journey_draws")),
    )  # fmt: skip
    op.create_index(
        op.f("ix_journey_draws_journey_node"), "journey_draws", ["journey", "node"], unique=False
    )
    op.create_table(
        "guide_tasks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("to", sa.String(length=8), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_tasks")),
    )
    op.create_index(op.f("ix_guide_tasks_profile"), "guide_tasks", ["profile"], unique=False)
    op.create_index(op.f("ix_guide_tasks_came_with"), "guide_tasks", ["came_with"], unique=False)
    op.create_index(
        op.f("ix_guide_tasks_state_created"), "guide_tasks", ["state", "created"], unique=False
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_guide_tasks_open_due", "guide_tasks", ["due"], unique=False,
        sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip
