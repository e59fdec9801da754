"""Who puts which tag on whom: by hand, in bulk, by a rule; and what the brand makes of its tags.

Called by the console and the guides; a listener on the road, which keeps the tags of rules current.
It hands on facts (``coterie.tagged``, ``coterie.untagged``); ``profiles`` learns them.
"""
