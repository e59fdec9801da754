"""The guides' phone page: sessions and what was opened."""

revision = "2026_11_22_0930"
down_revision = "2026_11_22_0925"


def upgrade() -> None:
    """Change nothing yet."""
