"""The log and the inbox, for merged and erased people and for bulk."""

revision = "2026_11_22_0610"
down_revision = "2026_11_22_0605"


def upgrade() -> None:
    """Nothing yet."""
