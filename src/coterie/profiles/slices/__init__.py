"""What time brings to people, and what is known of all of them, read by name instead of by person.

``profiles.service`` hands it on as its own. A slice is one look-up in an index on (name, moment).
"""
