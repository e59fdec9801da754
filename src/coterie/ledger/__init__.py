"""Double entry for every promise: accounts, entries that sum to nothing, reservations, lots."""
