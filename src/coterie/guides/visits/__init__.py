"""Who came to which store on which day, and whether what began in a store led back to one.

The road lets the room hear check-ins, redemptions and sales; it hands on ``coterie.visit.made``,
one for a person, a store and a day of the store's own zone. The store's page asks for the counts
and for the loop.
"""
