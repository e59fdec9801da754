"""Data protection: requests to be erased, their proofs, and a person's own data for herself."""
