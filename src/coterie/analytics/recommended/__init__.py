"""Which paid orders followed a recommendation of what was bought, with the evidence for each."""
