"""Tables of referrals."""

revision = "2026_11_22_1000"
down_revision = "2026_11_22_0955"


def upgrade() -> None:
    """Make them."""
