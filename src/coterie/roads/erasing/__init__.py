"""The road of an erasure, above the rooms as the doctor is: it knows every store there is.

Called by the composition root's loop (a step at a time), the console, the command line and a
person's own page; hands on a proof. ``searching`` looks for what may be left, ``copies`` makes
copies of the house and reaches into those it knows, ``handing_out`` gives a person what is hers.
"""
