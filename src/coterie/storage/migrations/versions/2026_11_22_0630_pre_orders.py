"""Orders from feeds, offers and claims."""

revision = "2026_11_22_0630"
down_revision = "2026_11_22_0625"


def upgrade() -> None:
    """Nothing yet."""
