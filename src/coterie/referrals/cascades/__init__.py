"""How far friends brought friends: K honestly estimated, and the shape of the trees. Pure."""
