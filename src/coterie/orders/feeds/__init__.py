"""Feeds: shops and tills that tell of orders and customers by signed deliveries.

The web hands a delivery over as it came; a dialect reads it into calls of the wire format; what is
not understood lies in quarantine as it was. A delivery counts once by its id.
"""
