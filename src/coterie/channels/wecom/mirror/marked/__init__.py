"""How marks are kept: those of edges and those of stays alike, each in a table of its own."""
