"""Accounts: who may sit at the console, how they like it, and the brake on guessing.

Called by the command line (``coterie owner``), by the web's sign-in and by the pages of the team;
hands on who a session belongs to, with language, theme and saved views. Passwords are kept as
argon2 hashes, session tokens as SHA-256 of themselves: what leaks from the database opens nothing.
"""
