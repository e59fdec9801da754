"""Tasks: what somebody of the house is to do about a person, and what became of it."""
