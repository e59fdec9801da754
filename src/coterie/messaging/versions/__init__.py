"""Templates as they are, and as they were: what is queued says what its version said.

``Messaging`` calls it when a template is written, and where one is filled in.
"""
