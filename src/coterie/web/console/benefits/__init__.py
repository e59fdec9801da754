"""Benefits at the desk: who is given what for which deed, what it costs, and who got none."""
