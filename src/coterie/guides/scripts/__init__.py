"""Scripts: the words that headquarters gives its guides, by campaign, stage and objection.

A script is written in versions; a linter reads each before it is published. Guides confirm that
they have read it, fill its slots and use it; what came of the uses is counted by script.
"""
