"""Shifts: who is at which store since when, and what was tapped already.

The guides' pages call it. Nothing of it speaks of customers.
"""
