"""Exact memberships, kept by what changed: posting lists, counters, and who flipped.

``engine`` is the face; ``service`` asks it. What is held here is a cache of the log and of what is
known of people: lost, or not of the state the database is in, it is made anew from them.
"""
