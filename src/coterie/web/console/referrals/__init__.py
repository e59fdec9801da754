"""Friends who bring friends, at the desk: programmes, a new one, one with its trees, decisions."""
