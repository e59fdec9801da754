"""One thing asked for many people at once: gathered, decided and written by columns.

Called by ``messaging.service`` for journeys' bands and for broadcasts. People who stand alike are
put before the gate once; who is an exception goes the way of a single request.
"""
