"""What WeCom holds, kept beside it: members, customers of guides, tags, groups.

The platform is the source; this is its mirror. ``marks`` is the law by which callbacks in any order
come to the same story; the folders keep one part each: ``staff``, ``edges``, ``tags``, ``chats``,
``syncs``. The road of contacts calls it with what was called back and what was read; it hands on
wire events for the inbox, facts of tags, and what is to be asked of the platform.
"""
