"""Tables of reviews."""

revision = "2026_11_22_1010"
down_revision = "2026_11_22_1005"


def upgrade() -> None:
    """Make them."""
