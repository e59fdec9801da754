"""The room of polls: the list, one poll with what came out, and its editor."""
