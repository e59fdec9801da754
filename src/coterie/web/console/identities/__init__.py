"""Who is one person: the queue of doubtful identities, one person's identities and merges."""
