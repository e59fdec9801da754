"""Knowing: who people are, and what is known of each: identities, traits, tags, consent.

The road calls ``recognise`` (whose event is this?) before the log and ``learn`` (what does it tell
of her?) after it; segments, scores and messaging read. Hands on events that carry a profile and no
identifying data, and which profiles changed. Identifying values are sealed with a key per person.
"""
