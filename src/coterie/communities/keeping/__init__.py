"""Participation of people who turn out to be one, or are erased: what follows, what gives way.

The communities' service hands it on as its own; the road calls it when who is who has changed.
"""
