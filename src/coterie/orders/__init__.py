"""Orders from every shop and till: counted once, converted, refunded, claimed and reconciled.

An order is what its events in the log say: created, completed (paid), refunded, cancelled. What is
kept here is small: which order a shop's number means, how far it got, and which feed told of it,
so that the road can leave out what another feed has told before (``service``). ``feeds`` takes
signed deliveries of shops in at the door, ``offers`` hands a reader over to a shop and knows the
order that comes back, ``claims`` says whose a masked buyer's order is, ``balance`` holds what the
feeds told against what the log holds. The road calls ``service``; the web calls the others.
"""
