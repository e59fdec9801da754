"""The rhythm of groups: what is posted in a group at which age, and what became of it.

A play is only ever asked of the group's owner: what she does not confirm is not said.
"""
