"""Which arm of an experiment within a journey a run drew; kept beside the runs."""
