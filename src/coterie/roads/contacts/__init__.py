"""The road of contacts: what WeCom told is taken in, and what we ask of it goes out.

Errands run one after the other in a thread of their own, each with its own transactions and its
calls to the platform between them, so that a welcome never waits for a big batch of events. Called
by the composition root; what it learns goes into the events inbox, from where the road carries it.
"""
