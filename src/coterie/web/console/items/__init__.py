"""The pages of the items: what people touch, and what it is about."""
