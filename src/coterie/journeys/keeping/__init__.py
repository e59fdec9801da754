"""Runs of people who turn out to be one, or are erased: whom they follow, which goes on.

The journeys' service hands it on as its own; the road calls it when who is who has changed.
"""
