"""Knowing: what happened. The door takes the wire format in, the inbox keeps it, the log holds it.

The web hands a request's body to the ``Door``, which reads it (``wire``) and commits it to the
``Inbox`` before anybody answers 200. The road takes batches from the inbox and appends them to
the ``Log``: a hot tail in the operational database, flushed to an open lake of Parquet files in
two orders. Every room above reads its facts from the log, and from nowhere else.
"""
