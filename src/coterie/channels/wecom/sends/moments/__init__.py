"""Moments that guides are asked to post: made at the platform, posted by hand, answered by likes.

Likes and comments become what customers did: events of the road, each born once.
"""
