"""What people touch, and what they like by now: items and topics, counted across everybody.

``scores.service`` hands it on as its own; the desk asks it. It reads the log and the published
interests, and writes nothing.
"""
