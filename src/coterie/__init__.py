"""Coterie: the open-source growth engine for brand communities.

Gather customers from every channel, know them by what they do, put each into the group
where they belong, reach them at the right moment, and prove what it earned.
The rooms and their floors are drawn in ``docs/explanation/the-house.md``.
"""

__version__ = "0.1.0"
