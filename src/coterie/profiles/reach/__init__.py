"""Who can be reached: by which channel somebody has an address and has agreed to be written to."""
