"""How we reach people: one folder owns everything of its channel, and comes in by an entry point.

The outbound road hands each a ``Delivery`` and gets a ``Receipt`` or a ``ChannelError`` back. Only
channels speak to the world.
"""
