"""Stores, guides, bindings, credit, handover."""

revision = "2026_11_22_0915"
down_revision = "2026_11_22_0910"


def upgrade() -> None:
    """Change nothing yet."""
