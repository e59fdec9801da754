"""The dictionary of tags, and what it makes of the facts that put tags on people and take them off.

Called by ``profiles`` when it learns, and by ``tagging`` above, which edits the dictionary.
"""
