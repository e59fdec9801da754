"""The portrait of a segment, and the people behind each of its numbers."""
