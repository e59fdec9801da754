"""Imports as a thing that is kept: a file, its map, what became of each row, and the way back.

The console's wizard asks here; the road's runner carries a running import on in portions, so that
it survives a crash and can be left or stopped. A row becomes an event or an item by the same map
language as with ``coterie import`` (``roads/mapping.py``).
"""
