"""Looking at messages: found by any of their marks, counted by status and reason and by day.

Called by ``messaging.service`` for the console's pages; writes nothing.
"""
