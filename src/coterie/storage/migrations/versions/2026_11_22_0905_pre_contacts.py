"""What WeCom holds: members, customers, tags, groups."""

revision = "2026_11_22_0905"
down_revision = "2026_11_22_0900"


def upgrade() -> None:
    """Change nothing yet."""
