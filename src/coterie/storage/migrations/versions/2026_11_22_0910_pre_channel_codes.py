"""Channel codes, live group codes, welcomes."""

revision = "2026_11_22_0910"
down_revision = "2026_11_22_0905"


def upgrade() -> None:
    """Change nothing yet."""
