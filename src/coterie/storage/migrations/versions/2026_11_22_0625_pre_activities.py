"""Activities: capacity, waiting list, check-in."""

revision = "2026_11_22_0625"
down_revision = "2026_11_22_0620"


def upgrade() -> None:
    """Nothing yet."""
