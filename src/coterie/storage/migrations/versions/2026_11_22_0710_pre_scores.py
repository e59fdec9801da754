"""Scores: what is kept beside the levels."""

revision = "2026_11_22_0710"
down_revision = "2026_11_22_0705"


def upgrade() -> None:
    """Change nothing yet."""
