"""Exposures and looks."""

revision = "2026_11_22_0750"
down_revision = "2026_11_22_0745"


def upgrade() -> None:
    """Change nothing yet."""
