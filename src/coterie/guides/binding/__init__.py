"""Whose customer: who answered for her at any instant, and why; settled from her touches."""
