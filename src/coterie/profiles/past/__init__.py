"""What was known of people at a past moment, by the times of the facts, with all known today.

Called by ``segments`` for as-of readings. Traits, tags and consent are facts that are kept, so
what stood at a moment is the newest of those up to it; who leads whom is as it is today.
"""
