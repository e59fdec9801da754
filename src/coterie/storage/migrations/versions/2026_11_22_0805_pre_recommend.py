"""Recommendations and polls."""

revision = "2026_11_22_0805"
down_revision = "2026_11_22_0800"


def upgrade() -> None:
    """Change nothing yet."""
