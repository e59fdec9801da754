"""What we say to one person: templates, the gate, the outbox, and the port for channels.

Journeys, communities and campaigns call ``service.Messaging.send``, or ``send_alike`` for one thing
to many people (``send_all`` for several); it asks the gate (consent, holdout, caps, quiet hours,
expiry), and queues what is asked for, or holds it with a reason. The outbound road calls ``lease``,
which writes the text and seals it, and ``settle``. Handed on: facts ``coterie.message.held``,
``shadow``, ``sent`` and ``failed``, and deliveries for the channels. What is queued is a state of
the outbox, no fact.
"""
