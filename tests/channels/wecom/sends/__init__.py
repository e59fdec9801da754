"""Mass sends over the simulator, by real HTTP."""
