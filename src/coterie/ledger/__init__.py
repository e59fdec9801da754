"""Double entry for every promise: accounts, entries that sum to nothing, reservations.

Called by the rooms that promise something (coupons' budgets); knows nothing of what is promised,
nor of people. What an account holds is the sum of its lines: the balance beside it is kept so that
the database itself can refuse to overdraw, and ``verify`` holds it against the lines.
"""
