"""Tables of plans."""

revision = "2026_11_22_0955"
down_revision = "2026_11_22_0950"


def upgrade() -> None:
    """Make them."""
