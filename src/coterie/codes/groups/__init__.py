"""Live group codes: one code for ever, behind it a pool of groups that are not full.

Knows no platform: a definition, which groups to show, how full the pool is, which code belongs to
a store or a topic. A channel keeps the code at the platform; welcomes and pages offer it.
"""
