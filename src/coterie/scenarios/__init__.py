"""The seeded simulator of people, and the playbooks and published cases that it plays.

Called by the command line. Everything goes through the doors that a user has: the import, the
wire format, the rooms' verbs. What is simulated is marked so.
"""
