"""Reach: what share is commercial, what was held back and why, and what channels can take."""
