"""Knowing: what people touch (articles, products, activities, stores, materials) and its topics.

The road, scores and segments ask which items a topic has and which topics an item has; the web
and the importers define them. Topics belong to items, never to events, so tagging an item anew
changes the whole history at once and rewrites nothing. Hands on which items changed their topics.
"""
