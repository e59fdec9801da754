"""Programmes of friends who bring friends: their rules, and the codes of whoever takes part."""
