"""What we say to one person: templates, the gate, the outbox, and the port for channels.

Journeys, communities and campaigns call ``service.Messaging.send``; it asks the gate (consent,
holdout, caps, quiet hours, expiry), seals the text and queues it, or holds it with a reason. The
outbound road calls ``lease`` and ``settle``. Handed on: facts ``coterie.message.queued``,
``held``, ``shadow``, ``sent`` and ``failed``, and deliveries for the channels.
"""
