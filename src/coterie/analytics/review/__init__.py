"""The review of a campaign: what it brought, how each number is counted, how sure any of it is.

The pages of campaigns and their exports call it; it reads the event log, and takes through ports
what only other rooms know: whose work orders were, how many friends a friend brings, what coupons
may still cost.
"""
