"""The endpoints: a file for each family, each telling its paths in ``API``.

Called by the server through ``table``; they read and write the corporation and never call back.
"""
