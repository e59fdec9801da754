"""One experiment in full: who was drawn, what became of them, by day, by arm, before and after.

The service of analytics hands it out, kept by the log's watermark; the experiment page shows it.
"""
