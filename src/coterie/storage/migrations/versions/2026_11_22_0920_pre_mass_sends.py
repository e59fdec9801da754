"""Mass sends that guides confirm, and their quotas."""

revision = "2026_11_22_0920"
down_revision = "2026_11_22_0915"


def upgrade() -> None:
    """Change nothing yet."""
