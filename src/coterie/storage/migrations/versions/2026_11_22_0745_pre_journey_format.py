"""Lists, schedules and tasks."""

revision = "2026_11_22_0745"
down_revision = "2026_11_22_0740"


def upgrade() -> None:
    """Change nothing yet."""
