"""As of: who met a rule at a past moment, with all that is known today.

Called by the faces that ask so; hands on populations. What is known of people at a moment is put
together anew from the facts up to it, by either reader in its own way.
"""
