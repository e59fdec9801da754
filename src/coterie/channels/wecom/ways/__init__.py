"""Codes at the platform: contact ways for channel codes, join ways for live group codes.

An errand of the road of contacts: asks codes whom to show, tells the platform only where that
changed, and keeps what the platform answered, failures with their reason.
"""
