"""Where a journey's people are: counted by node, and listed at one of them with the reasons.

Read only. The journeys' service asks it for the console's graph and lists.
"""
