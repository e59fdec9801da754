"""The identity graph: who leads whom, links, merges and their evidence."""

revision = "2026_11_22_0600"
down_revision = "2026_11_22_0555"


def upgrade() -> None:
    """Nothing yet."""
