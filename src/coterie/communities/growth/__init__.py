"""How communities grow: what happened day by day, who stands where, who is in several at once.

``communities.service`` hands it on as its own; the desk asks it. Reads only, except that it puts
former versions of a definition in force again.
"""
