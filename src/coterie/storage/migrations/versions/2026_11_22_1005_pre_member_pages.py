"""Tables of member pages."""

revision = "2026_11_22_1005"
down_revision = "2026_11_22_1000"


def upgrade() -> None:
    """Make them."""
