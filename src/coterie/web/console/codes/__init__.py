"""Codes at the desk: the list, one, its editor with a week to paint, many at once, groups."""
