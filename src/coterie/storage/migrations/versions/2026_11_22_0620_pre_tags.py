"""The dictionary of tags."""

revision = "2026_11_22_0620"
down_revision = "2026_11_22_0615"


def upgrade() -> None:
    """Nothing yet."""
