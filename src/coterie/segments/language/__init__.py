"""The rule language: from JSON to the tree, its schema, its words and edges. Pure."""
