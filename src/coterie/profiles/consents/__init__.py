"""What people allow: consent by purpose and channel, with its proof, and the mode without profile.

Called by ``profiles`` when it learns, by the gate before each send, by the pages where somebody
gives or withdraws. Every word is a fact of its own and stays; the newest one counts.
"""
