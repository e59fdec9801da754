"""The import wizard: choose a file, say what its columns mean, try it, let it in, mend the rest."""
