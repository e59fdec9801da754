"""Reconciling with WeCom: what was read, what is still to be, what was healed, what went wrong."""
