"""Uploaded lists of people: versions that are never changed, who is on them, who is waited for.

Called by the faces that upload and convert, by rules that ask ``list``, by the road when people
come whom a list names. Hands on whose standing changed.
"""
