"""The box at the door, which takes a callback without waiting for the road."""
