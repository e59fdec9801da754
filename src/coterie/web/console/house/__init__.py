"""The house's own pages: account, team, keys, settings, doctor and audit."""
