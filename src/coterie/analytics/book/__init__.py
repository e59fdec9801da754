"""Who only stands in the address book: people of whom no behaviour was ever told."""
