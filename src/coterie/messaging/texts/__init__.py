"""Texts before they are sent: filled in for real people, looked through for gaps, taken out.

The composer calls it, through ``Messaging``; it hands nothing on and changes nothing but templates.
"""
