"""The dictionary of tags at the desk, one tag, and the tags of one person."""
