"""Results: what each journey, broadcast and community brought, against who was left out."""
