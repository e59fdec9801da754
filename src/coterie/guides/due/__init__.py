"""Who of a guide's customers is due, and why now; and who looked at whose card.

The guides' pages call it, with whose customers they are. Rules are pure (``reasons``); what a guide
said is remembered, so that nobody is asked after twice.
"""
