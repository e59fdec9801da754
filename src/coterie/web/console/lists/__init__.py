"""Lists of people that were uploaded, or kept of a segment."""
