"""The card of one customer, as a guide sees it on her phone and beside the chat."""
