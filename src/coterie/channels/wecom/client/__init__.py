"""WeCom's API: our own thin client, synchronous, a file for each family of endpoints.

``codes`` and ``limits``, ``budget`` and ``gate`` are pure or nearly so; ``tokens`` keeps one token
an app for all processes, ``wire`` asks and asks again, the families say what can be asked, and
``service`` puts them in one hand. Never called inside a unit of work: an answer takes its time.
"""
