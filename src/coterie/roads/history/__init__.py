"""History by columns: a file's rows become events a million at a time, not one by one.

``roads/bulk.py`` calls it for maps of events. What a map says of a value is asked once for each
distinct value, by the same functions that read single rows; a row in which anything is out of the
ordinary goes their way too. So both ways give the same log.
"""
