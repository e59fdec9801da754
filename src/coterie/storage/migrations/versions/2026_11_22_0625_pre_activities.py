"""Activities: capacity, waiting list, check-in."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0625"
down_revision = "2026_11_22_0620"


def upgrade() -> None:
    op.create_table(
        "activities",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_activities")),
    )
    op.create_index(op.f("ix_activities_due"), "activities", ["due"], unique=False)
    op.create_index(op.f("ix_activities_starts"), "activities", ["starts"], unique=False)
    registrations = "activity_registrations"
    op.create_table(
        registrations,
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("activity", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("invited", sa.BigInteger(), nullable=True),
        sa.Column("registered", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("checked_in", sa.BigInteger(), nullable=True),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.Column("passed", sa.BigInteger(), nullable=True),
        sa.Column("passed_by", sa.String(), nullable=True),
        sa.Column("is_spare", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_registrations")),
        sa.UniqueConstraint("code", name=op.f("uq_activity_registrations_code")),
    )
    for name, columns in (
        ("activity_profile", ["activity", "profile"]),
        ("activity_state", ["activity", "state", "place"]),
        ("came_with", ["came_with"]),
        ("message", ["message"]),
        ("profile", ["profile"]),
    ):
        op.create_index(op.f(f"ix_{registrations}_{name}"), registrations, columns, unique=False)
