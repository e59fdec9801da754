"""Offers: an item at a price while there is some, handed over to a shop, known when it is bought.

Who is sent an offer gets a tracked link; its page hands over to a shop's own with a signed token,
and the order that comes back with the token is credited to the offer, its sender and campaign.
"""
