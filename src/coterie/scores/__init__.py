"""Measuring: how active a person is and what she is interested in, both fading with time.

The road calls ``Scores.add`` after learning and ``wake`` when time passes; the console asks for
breakdowns and evidence. Hands on fading traits (``scores.activity``, ``scores.interest.<topic>``)
to the profiles, where segments read them. The formulas are pure: weights, events, a moment.
"""
