"""Events: what happens as it happens, and what was refused."""
