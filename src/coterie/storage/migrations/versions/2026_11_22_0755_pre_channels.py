"""What channels answer later."""

revision = "2026_11_22_0755"
down_revision = "2026_11_22_0750"


def upgrade() -> None:
    """Change nothing yet."""
