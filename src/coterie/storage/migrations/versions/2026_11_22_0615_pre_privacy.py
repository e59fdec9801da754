"""Consent with proof, erasure and its tombstones."""

revision = "2026_11_22_0615"
down_revision = "2026_11_22_0610"


def upgrade() -> None:
    """Nothing yet."""
