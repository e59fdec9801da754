"""Pure statistics over counts: intervals, sample sizes, whether a draw came out as meant.

Whoever compares people who were written to with people who were left out calls it; it knows no
room and no database.
"""
