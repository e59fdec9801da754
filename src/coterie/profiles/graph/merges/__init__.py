"""The merge log with its evidence, and the queue of what is doubtful."""
