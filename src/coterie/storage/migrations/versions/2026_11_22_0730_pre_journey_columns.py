"""Bands: runs that stand alike, one row for many of them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0730"
down_revision = "2026_11_22_0725"


def upgrade() -> None:
    """Make room for bands; the runs that there are stand each for itself."""
    op.create_table(
        "journey_bands",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger()),
        sa.Column("due", sa.BigInteger()),
        sa.Column("visits", sa.JSON(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_bands")),
    )
    op.create_index("ix_journey_bands_journey", "journey_bands", ["journey"])
    op.create_index("ix_journey_bands_due", "journey_bands", ["due"])
    op.add_column(
        "journey_runs",
        sa.Column("banded", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.drop_index("ix_journey_runs_due", table_name="journey_runs")
    op.drop_index("ix_journey_runs_standing", table_name="journey_runs")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    alone = sa.text("ended IS NULL AND banded IS " + ("0" if is_sqlite else "false"))
    op.create_index(
        "ix_journey_runs_standing", "journey_runs", ["journey", "node"],
        sqlite_where=alone, postgresql_where=alone,
    )  # fmt: skip
    waits = sa.text("due IS NOT NULL")
    op.create_index(
        "ix_journey_runs_due", "journey_runs", ["due"], sqlite_where=waits, postgresql_where=waits
    )
