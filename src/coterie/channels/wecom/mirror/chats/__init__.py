"""Groups of customers: whose they are, which version is known of them, and who is in them."""
