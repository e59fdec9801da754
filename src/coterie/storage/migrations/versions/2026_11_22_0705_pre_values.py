"""Values: what orders tell of a person, and when she comes."""

revision = "2026_11_22_0705"
down_revision = "2026_11_22_0700"


def upgrade() -> None:
    """Change nothing yet."""
