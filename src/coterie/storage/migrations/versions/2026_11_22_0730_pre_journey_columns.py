"""Runs in columns that batches can write."""

revision = "2026_11_22_0730"
down_revision = "2026_11_22_0725"


def upgrade() -> None:
    """Change nothing yet."""
