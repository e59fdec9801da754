"""What customers are worth: a section of each person's page, and a page on everybody."""
