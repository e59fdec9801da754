"""Tables of benefits."""

revision = "2026_11_22_0945"
down_revision = "2026_11_22_0940"


def upgrade() -> None:
    """Make them."""
