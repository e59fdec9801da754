"""Claims: whose a masked buyer's marketplace order is, once somebody can tell.

A marketplace hides who buys, so its buyers stay people of their own until a member claims her order
by its number or an item's code, or a member binding of the marketplace's says so. A claim joins the
buyer to the member with its evidence, and can be undone.
"""
