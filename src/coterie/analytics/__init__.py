"""Acting: what happened, counted. Reads the event log and nothing else; the report calls it."""
