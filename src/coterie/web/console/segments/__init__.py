"""The pages of segments: the list, one of them, and the builder of rules."""
