"""Customers and groups from one guide to another: asked for here, done by an errand."""
