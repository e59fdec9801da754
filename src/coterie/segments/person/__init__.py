"""The reader of one person: does she meet a rule, why, and until when."""
