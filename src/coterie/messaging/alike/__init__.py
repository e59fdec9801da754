"""Things asked for many people at once: gathered, decided and written by columns.

Called by ``messaging.service`` for journeys and for broadcasts. People who stand alike, and are
asked the same, are put before the gate once; who is an exception goes the way of a single request.
"""
