"""Channel codes: a code a customer scans to add a guide, for each guide, store, campaign and place.

Knows no platform: a definition, who is to be shown at a moment and why, a registry of the states
that scans carry, and what came of them. The road lets it hear who was added; a channel keeps its
codes at the platform as it says; hands on tags as facts, and whose code a state is.
"""
