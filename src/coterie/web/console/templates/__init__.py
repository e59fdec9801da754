"""Templates: what messages say, where each is used, and an editor that fills it in as you type."""
