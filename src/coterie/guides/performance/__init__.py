"""What guides and stores brought, with so much of luck taken out as can be."""
