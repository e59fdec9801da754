"""Shipped to users: a whole house in a temp folder, a fake clock, in-memory channels, contracts."""

from coterie.testing.house import House

__all__ = ["House"]
