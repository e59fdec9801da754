"""What to suggest to a person next: a model of what people do together, kept as a cache.

Rebuilt from the log by columns, nightly and by command. Templates ask it through messaging's port
of variables, the console on a person's page.
"""
