"""Tables of groups."""

revision = "2026_11_22_0950"
down_revision = "2026_11_22_0945"


def upgrade() -> None:
    """Make them."""
