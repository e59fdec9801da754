"""Segments: what the engine and the pages keep."""

revision = "2026_11_22_0715"
down_revision = "2026_11_22_0710"


def upgrade() -> None:
    """Change nothing yet."""
