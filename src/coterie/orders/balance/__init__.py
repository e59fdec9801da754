"""What the shops told against what the log holds, to the cent; and the log's own figures.

The two sides are reckoned from different things: the one from what each feed or file said, the
other from the events in the lake.
"""
