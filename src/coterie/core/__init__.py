"""Ground floor: the small set of words that every room shares. No IO, imports nothing of ours."""
