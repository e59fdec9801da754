"""Acting: friends who bring friends, rewarded for what came of it."""
