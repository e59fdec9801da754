"""Which names of traits and tags are in use: what an editor offers, without any value."""
