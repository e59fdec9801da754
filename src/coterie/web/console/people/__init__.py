"""People: find them by any rule, read one person's story, and say why of everything about her."""
