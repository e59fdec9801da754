"""Runs that stand alike, kept and walked as one: the columns of journeys.

Called by the journeys' own service. A band is one row with a bitmap of people; what
``stepper.step`` says of one of them it says of all, and where it would not, the band is forked.
"""
