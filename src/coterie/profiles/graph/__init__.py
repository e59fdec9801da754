"""Who is who: identities, the links between them, and the people that they make together.

``Profiles`` hands its verbs on as its own. Pure: ``kinds`` (what an event names, by rank),
``placing`` (one batch), ``partition`` (which identities are one person).
"""
