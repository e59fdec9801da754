"""Materials, scripts, and tasks by plan."""

revision = "2026_11_22_0925"
down_revision = "2026_11_22_0920"


def upgrade() -> None:
    """Change nothing yet."""
