"""What was said of people's traits and tags: what stands now, and what is past by it.

Only ``profiles.service`` calls it. The past is kept so that a fact that comes late finds its place.
"""
