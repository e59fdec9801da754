"""Editing journeys without touching them: drafts, kept versions, and what publishing would do.

The journeys' service opens it as ``Journeys.drafts``; the console edits through it. Publishing
hands the draft to the service's ``define`` or ``redefine`` and returns their facts.
"""
