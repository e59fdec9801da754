"""Finding people: lists in order, page by page; search by id or name; who is tagged, who agrees.

``Profiles.directory`` is its face. What is found are profiles; ``cards`` says who they are.
"""
