"""What each channel can take, as dated rows: read by the gate (caps) and by the outbox (rates).

A limit of a *person* is one more cap of the gate. A limit of the *sender* never holds a message:
the outbox defers what goes beyond it. Called by ``messaging.audience``, by the outbox and by the
page of limits.
"""
