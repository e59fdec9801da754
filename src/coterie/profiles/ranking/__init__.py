"""Fading traits across everybody: how many have one at or above a value, who has the most of it.

The rooms that publish fading traits ask it. One look-up in an index on (name, level).
"""
