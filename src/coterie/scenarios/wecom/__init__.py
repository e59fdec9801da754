"""A week of two stores on WeCom: codes scanned, groups joined, guides who leave, a mass send.

``plan`` says who does what and when, from a seed; ``player`` does it at a simulated WeCom over
HTTP, as people would; ``laying`` founds the stores and their codes in the house; ``playing`` lets
both run; ``judging`` holds the house's books against the platform's journal. Called by
``coterie demo wecom`` and by tests.
"""
