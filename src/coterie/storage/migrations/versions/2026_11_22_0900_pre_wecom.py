"""The connection to WeCom: tokens, raw callbacks."""

revision = "2026_11_22_0900"
down_revision = "2026_11_22_0805"


def upgrade() -> None:
    """Change nothing yet."""
