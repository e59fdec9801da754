"""Members and departments of the corporation: who could be a guide, and who has left."""
