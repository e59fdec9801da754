"""The doctor: how the house does, measured and judged.

``measures`` takes the numbers, the judges (``running``, ``keeping``, ``guarding``) turn them into
findings, ``examination`` puts these in order. Called by ``coterie doctor`` and the page of that
name; hands on findings that name no person.
"""
