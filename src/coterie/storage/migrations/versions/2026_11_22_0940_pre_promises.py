"""Tables of promises."""

revision = "2026_11_22_0940"
down_revision = "2026_11_22_0935"


def upgrade() -> None:
    """Make them."""
