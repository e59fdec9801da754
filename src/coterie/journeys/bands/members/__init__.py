"""The rows of those who stand in bands: begun, marked and ended many at a time."""
