"""What orders and rhythms tell of a person, worked out of the log and published as traits.

``Values.add`` brings who ordered up to date at once, ``wake`` everybody at the brand's midnight;
``values_at`` asks the same of any past moment. The formulas are pure, over columns of numpy.
"""
