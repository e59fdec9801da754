"""What is kept of people follows them when they merge."""

revision = "2026_11_22_0605"
down_revision = "2026_11_22_0600"


def upgrade() -> None:
    """Nothing yet."""
