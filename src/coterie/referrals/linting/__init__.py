"""The risk of a design: where it is carried, and what it says. Pure; it never clears anything."""
