"""Customers and their edges: which guide has whom, since when, by what code, with what tags."""
