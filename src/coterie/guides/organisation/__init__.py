"""Who serves, and where: regions, stores, dealers and guides, with what each was when."""
