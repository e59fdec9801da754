"""Acting: what happened, counted, and what it brought. Reads the event log and nothing else.

The report, Today and the pages of results and events call it; what the log does not say (whom a
community left out) they hand in.
"""
