"""Maps that come with the house, and what gets a file ready for its map.

A recipe is a map with what must be done before: rows to leave out, rows to gather into orders. The
command line and the wizard run a file through ``preparing`` and then take it in as any other.
"""
