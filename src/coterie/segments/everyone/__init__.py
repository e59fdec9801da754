"""The reader of everyone: a rule becomes one SQL query over the log's lake."""
