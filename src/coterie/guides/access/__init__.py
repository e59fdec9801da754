"""Sign-in of guides: their sessions, the doors that lead to one, their phones.

The web calls it. A guide is a plain id here; who that is, and whether she still works, is asked of
the organisation with every request.
"""
