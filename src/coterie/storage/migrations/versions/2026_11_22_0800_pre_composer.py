"""Languages of templates."""

revision = "2026_11_22_0800"
down_revision = "2026_11_22_0755"


def upgrade() -> None:
    """Change nothing yet."""
