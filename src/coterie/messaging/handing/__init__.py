"""Handing messages over: what is under way, what came back, what failed and is sent once more.

Called by ``roads.outbound`` around each delivery, by ``roads.answering`` for what providers tell
later, and by the console for dead letters.
"""
