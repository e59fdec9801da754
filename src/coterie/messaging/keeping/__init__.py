"""Messages of people who turn out to be one, or are erased: whom they follow, what caps then allow.

Messaging's service hands it on as its own; the road calls it when who is who has changed.
"""
