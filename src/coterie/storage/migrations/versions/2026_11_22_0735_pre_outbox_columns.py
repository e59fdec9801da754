"""The outbox as batches write it; versions of templates."""

revision = "2026_11_22_0735"
down_revision = "2026_11_22_0730"


def upgrade() -> None:
    """Change nothing yet."""
