"""The entries that bring people in by the clock, by a list, or because a program names them.

Part of ``Journeys``: what comes round is looked for when time has passed (``wake``), what a
program names is started at once.
"""
