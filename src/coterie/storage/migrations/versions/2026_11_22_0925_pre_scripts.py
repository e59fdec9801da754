"""Materials, scripts, and tasks by plan."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0925"
down_revision = "2026_11_22_0920"


def upgrade() -> None:
    """Make their tables, and let a task belong to a guide, a store and a plan."""
    _tasks()
    _materials()
    _scripts()
    _plans()


def _tasks() -> None:
    op.add_column(
        "guide_tasks", sa.Column("meant", sa.String(8), nullable=False, server_default="")
    )
    op.add_column("guide_tasks", sa.Column("guide", sa.String(64)))
    op.add_column("guide_tasks", sa.Column("store", sa.String()))
    op.add_column("guide_tasks", sa.Column("plan", sa.String(64)))
    op.add_column(
        "guide_tasks", sa.Column("step", sa.String(64), nullable=False, server_default="")
    )
    op.add_column(
        "guide_tasks", sa.Column("version", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("guide_tasks", sa.Column("opens", sa.BigInteger()))
    op.add_column("guide_tasks", sa.Column("until", sa.BigInteger()))
    op.create_index("ix_guide_tasks_guide", "guide_tasks", ["guide", "state", "created"])
    op.create_index("ix_guide_tasks_plan", "guide_tasks", ["plan", "created"])


def _materials() -> None:
    op.create_table(
        "material_files",
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha", name=op.f("pk_material_files")),
    )
    op.create_table(
        "material_references",
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("object", sa.String(length=80), nullable=False),
        sa.Column("material", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("room", "object", "material", name=op.f("pk_material_references")),
    )
    op.create_index(
        op.f("ix_material_references_material"), "material_references", ["material"], unique=False
    )
    op.create_table(
        "material_uses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("material", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_uses")),
    )
    op.create_index("ix_material_uses_material", "material_uses", ["material", "at"], unique=False)
    op.create_table(
        "materials",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_materials")),
    )
    op.create_table(
        "material_versions",
        sa.Column("material", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("thumb", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("thumb_address", sa.String(length=32), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file"], ["material_files.sha"], name=op.f("fk_material_versions_file")
        ),
        sa.ForeignKeyConstraint(
            ["material"], ["materials.slug"], name=op.f("fk_material_versions_material")
        ),
        sa.ForeignKeyConstraint(
            ["thumb"], ["material_files.sha"], name=op.f("fk_material_versions_thumb")
        ),
        sa.PrimaryKeyConstraint("material", "number", name=op.f("pk_material_versions")),
        sa.UniqueConstraint("address", name=op.f("uq_material_versions_address")),
        sa.UniqueConstraint("thumb_address", name=op.f("uq_material_versions_thumb_address")),
    )


def _scripts() -> None:
    op.create_table(
        "guide_script_readings",
        sa.Column("script", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("script", "number", "guide", name=op.f("pk_guide_script_readings")),
    )
    op.create_table(
        "guide_script_uses",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("script", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("guide", sa.String(length=64), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=True),
        sa.Column("came_with", sa.Integer(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("bought", sa.BigInteger(), nullable=True),
        sa.Column("joined", sa.BigInteger(), nullable=True),
        sa.Column("came", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_script_uses")),
    )
    op.create_index(
        op.f("ix_guide_script_uses_came_with"), "guide_script_uses", ["came_with"], unique=False
    )
    op.create_index(
        "ix_guide_script_uses_profile", "guide_script_uses", ["profile", "at"], unique=False
    )
    op.create_index(
        op.f("ix_guide_script_uses_script"), "guide_script_uses", ["script"], unique=False
    )
    op.create_table(
        "guide_scripts",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("objection", sa.String(length=16), nullable=True),
        sa.Column("campaign", sa.String(length=64), nullable=True),
        sa.Column("carrier", sa.String(length=16), nullable=False),
        sa.Column("banned", sa.JSON(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_guide_scripts")),
    )
    op.create_table(
        "guide_script_versions",
        sa.Column("script", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["script"], ["guide_scripts.slug"], name=op.f("fk_guide_script_versions_script")
        ),
        sa.PrimaryKeyConstraint("script", "number", name=op.f("pk_guide_script_versions")),
    )


def _plans() -> None:
    op.create_table(
        "guide_plan_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("came_with", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.String(length=64), nullable=False),
        sa.Column("anchored", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("entered", sa.Boolean(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_plan_runs")),
    )
    op.create_index(
        op.f("ix_guide_plan_runs_came_with"), "guide_plan_runs", ["came_with"], unique=False
    )
    op.create_index(
        "ix_guide_plan_runs_due",
        "guide_plan_runs",
        ["due", "plan"],
        unique=False,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index("ix_guide_plan_runs_plan", "guide_plan_runs", ["plan", "profile"], unique=False)
    op.create_index(
        op.f("ix_guide_plan_runs_profile"), "guide_plan_runs", ["profile"], unique=False
    )
    op.create_table(
        "guide_plan_turns",
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("plan", "step", "day", "zone", name=op.f("pk_guide_plan_turns")),
    )
    op.create_table(
        "guide_plan_versions",
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("plan", "version", name=op.f("pk_guide_plan_versions")),
    )
    op.create_table(
        "guide_plans",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("on_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_guide_plans")),
    )
