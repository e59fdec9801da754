"""A tool of the trade: what a person scans or clicks, and the state that it carries.

The web makes and reads tracked links and signed answer pages here, campaigns and communities hand
out their tokens; hands on who was sent what. Tokens are unguessable, and one that was tampered
with leads nowhere.
"""
