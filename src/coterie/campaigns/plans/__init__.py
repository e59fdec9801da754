"""Campaigns: what a team plans from a start date, and what the road does of it day by day.

The console and the API define, launch, shift and cancel them; the road wakes them at the local
midnight. Who is of the base is drawn once into invited and held out; whoever is in one of the
groups has one tier a day, and each tier its own warm-up. Hands on ``coterie.campaign.drawn`` and
``coterie.campaign.tiered`` with the traits that say the same, tasks for guides, and requests to
messaging under ``campaign:<slug>``. What came of it is measured elsewhere, over a ``Scope``.
"""
