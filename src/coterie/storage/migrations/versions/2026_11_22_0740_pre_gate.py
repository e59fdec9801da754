"""What the gate counts and keeps to."""

revision = "2026_11_22_0740"
down_revision = "2026_11_22_0735"


def upgrade() -> None:
    """Change nothing yet."""
