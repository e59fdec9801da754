"""Polls: one question, answered on a phone; each answer writes a tag or a trait, as facts.

One answer a person, which she may change until the poll closes and which stays one when two turn
out to be her. Results say who was silent, and what that may hide.
"""
