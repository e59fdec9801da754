"""What providers tell later: read by the channel, found to its message, heard as facts.

Called by ``web.callbacks`` and the command line. A complaint withdraws consent at once; an address
that reaches nobody is marked, and the gate holds what comes next.
"""
