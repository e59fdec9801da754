"""Plans: who is asked to do what on which day (a standard operating procedure), in versions."""
