"""Published traits: what the house works out of everybody, kept by columns instead of by facts.

``scores`` computes them from the log and publishes them here; rules, templates and the console ask
for them like for any other trait. A column is one blob, written anew when everybody's values are;
what changes for a few people in between lies beside it, row by row, and wins.
"""
