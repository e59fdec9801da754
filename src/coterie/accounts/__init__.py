"""Accounts: who may sit at the console. Owners, their sessions, and the brake on guessing.

Called by the command line (``coterie owner``) and by the web's sign-in; hands on who a session
belongs to. Passwords are kept as argon2 hashes, session tokens as SHA-256 of themselves: what
leaks from the database opens nothing.
"""
