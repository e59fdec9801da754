"""Lists: uploaded, versioned lists of people for rules."""

revision = "2026_11_22_0700"
down_revision = "2026_11_22_0630"


def upgrade() -> None:
    """Change nothing yet."""
