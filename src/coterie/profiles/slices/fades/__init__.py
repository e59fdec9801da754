"""Writing fading traits: a batch of the road changes thousands of levels at once.

``slices.service`` hands it on as its own. What was written is noted as long as the work lasts, so
that who asks next in the same batch need not read it back.
"""
